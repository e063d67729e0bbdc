import { setTimeout as pause } from 'node:timers/promises';

/** How often the condition is looked at, and when to give up, in milliseconds. */
const EVERY = 20;
const LIMIT = 30_000;

/**
 * What `probe` gives once it gives something, for conditions that other processes bring about.
 * Failing probes count as "not yet"; the last failure is shown when time is up.
 */
export async function until<T>(what: string, probe: () => Promise<T | undefined>): Promise<T> {
  const giveUp = performance.now() + LIMIT;
  let failure: unknown;
  while (performance.now() < giveUp) {
    try {
      const found = await probe();
      if (found !== undefined) return found;
    } catch (error) {
      failure = error;
    }
    await pause(EVERY);
  }
  throw new Error(`waited ${LIMIT / 1000} s for ${what}`, { cause: failure });
}
