import type { Clock } from '../clock/clock.ts';

export interface StallLimit {
  clock: Clock;
  /** Without a byte moving, in milliseconds. */
  stallMs: number;
}

/**
 * Aborts the signal that `work` is given when it has not called `moved` for `stallMs`: SDKs
 * wait for ever on a connection that has gone silent.
 */
export async function unlessStalled<T>(
  { clock, stallMs }: StallLimit,
  work: (moved: () => void, stalled: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  let cancel = () => {};
  let isOver = false;
  const moved = () => {
    cancel();
    if (isOver) return;
    cancel = clock.setTimer(stallMs, () => {
      const message = `nothing moved for ${stallMs / 1000} s`;
      controller.abort(Object.assign(new Error(message), { code: 'ETIMEDOUT' }));
    });
  };
  moved();
  try {
    return await work(moved, controller.signal);
  } finally {
    isOver = true;
    cancel();
  }
}

/** The result of `work`, which cannot be stopped, or the reason of `signal` if that aborts first. */
export function orAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  return Promise.race([work, aborted]);
}
