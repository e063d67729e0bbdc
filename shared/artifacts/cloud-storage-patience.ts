import { sleep } from '../clock/clock.ts';
import type { StallLimit } from '../concurrency/unless-stalled.ts';
import { backoff } from '../messenger/backoff.ts';
import { failureOf } from './cloud-storage-failure.ts';

/** How long what may pass is borne. */
export interface Patience extends StallLimit {
  /** Uniform in [0, 1). */
  random: () => number;
  /** How often in a row a request may fail. */
  attempts: number;
  /** From the first failure in a row to the last attempt, in milliseconds. */
  totalMs: number;
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
