import assert from 'node:assert/strict';

/** From the start of the invoker's container to its first healthy answer, in milliseconds. */
const LIMIT_MS = 1500;
/**
 * So often it is started. The limit is about the image, and this machine does other things, too: the best
 * start counts.
 */
export const STARTS = 3;

/**
 * Throws unless the best of these starts is within the limit; what to tell of them. On machines that others
 * slow down, a late start is told alone.
 *
 * @param path what was asked
 * @param startsMs how long each took, in milliseconds
 */
export function checkStarts(
  path: string,
  startsMs: readonly number[],
  { reportOnly = false } = {},
): string {
  const told = `the invoker's first 204 of ${path} after ${timesOf(startsMs)}`;
  const isLate = Math.min(...startsMs) > LIMIT_MS;
  const late = `${told}: the best is above ${LIMIT_MS} ms`;
  if (isLate && reportOnly) return `LATE: ${late}`;
  assert.ok(!isLate, late);
  return `${told} (limit of the best: ${LIMIT_MS} ms)`;
}

/** For people. */
export const timesOf = (ms: readonly number[]): string =>
  `${ms.map((one) => one.toFixed(0)).join(', ')} ms`;
