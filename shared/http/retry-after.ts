/**
 * The header `Retry-After`, which has a number of seconds or a date (RFC 9110, 10.2.3).
 *
 * @param now against which a date is counted
 * @returns milliseconds; `undefined` for what is neither
 */
export function retryAfterMs(header: unknown, now: Date): number | undefined {
  if (typeof header !== 'string' || header === '') return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now.getTime();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
