/** Exponential backoff: the delay doubles from `initialMs` to at most `maxMs`. */
export interface BackoffPolicy {
  initialMs: number;
  maxMs: number;
}

/**
 * Milliseconds to wait after the `attempt`-th failure (from 1), with "equal jitter": half of the
 * delay is fixed and half is random, so that many failures of one moment do not return as one.
 *
 * @param random uniform in [0, 1)
 */
export function backoff(attempt: number, policy: BackoffPolicy, random: () => number): number {
  const delay = Math.min(policy.maxMs, policy.initialMs * 2 ** (attempt - 1));
  return Math.round(delay / 2 + (delay / 2) * random());
}
