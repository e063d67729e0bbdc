import type { Clock } from '@triad/shared/clock/clock.ts';

/** Does something that is given up after `limitMs`, or when `stop` aborts. */
export async function withTimeLimit<T>(
  clock: Clock,
  limitMs: number,
  act: (signal: AbortSignal) => Promise<T>,
  stop?: AbortSignal,
): Promise<T> {
  const limit = new AbortController();
  const cancel = clock.setTimer(limitMs, () => limit.abort(`no answer within ${limitMs} ms`));
  try {
    return await act(stop ? AbortSignal.any([limit.signal, stop]) : limit.signal);
  } finally {
    cancel();
  }
}
