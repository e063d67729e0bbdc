import { type Clock, sleep } from '../clock/clock.ts';
import { backoff } from '../messenger/backoff.ts';
import { failureOf } from './cloud-storage-failure.ts';

/** How long what may pass is borne. */
export interface Patience {
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  /** How often in a row a request may fail. */
  attempts: number;
  /** From the first failure in a row to the last attempt, in milliseconds. */
  totalMs: number;
  /** Without a byte moving, in milliseconds. */
  stallMs: number;
}

const pauses = { initialMs: 500, maxMs: 32_000 };

/**
 * Does `work` again after failures that may pass: a server that is overloaded or does not answer, a
 * connection that is lost. A `Retry-After` of the server is kept to; one that asks for longer than
 * there is patience ends the attempts at once. The SDK's own retries do not know that header.
 *
 * @param work calls `progressed` when it came further than the attempt before
 */
export async function persevere<T>(
  { clock, random, attempts, totalMs }: Patience,
  work: (progressed: () => void) => Promise<T>,
): Promise<T> {
  let failures = 0;
  let deadline = 0;
  const progressed = () => {
    failures = 0;
  };
  for (;;) {
    try {
      return await work(progressed);
    } catch (error) {
      const now = clock.now();
      const { kind, retryAfterMs = 0 } = failureOf(error, now);
      failures += 1;
      if (failures === 1) deadline = now.getTime() + totalMs;
      const pauseMs = Math.max(retryAfterMs, backoff(failures, pauses, random));
      const isOver = failures >= attempts || now.getTime() + pauseMs > deadline;
      if (kind !== 'unavailable' || isOver) throw error;
      await sleep(clock, pauseMs);
    }
  }
}

/** Does `work` again, from its beginning, when the bytes did not arrive as they were sent. */
export async function untilIntact<T>({ clock }: Patience, work: () => Promise<T>): Promise<T> {
  for (let passes = 1; ; passes += 1) {
    try {
      return await work();
    } catch (error) {
      if (passes === 3 || failureOf(error, clock.now()).kind !== 'corrupt') throw error;
    }
  }
}

/**
 * Aborts the signal that `work` is given when it has not called `moved` for `stallMs`: the SDK
 * itself waits for ever on a connection that has gone silent.
 */
export async function unlessStalled<T>(
  { clock, stallMs }: Patience,
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
