import type { Clock } from '@triad/shared/clock/clock.ts';
import type { Environment } from '../../../cli/deploy/environment.ts';
import { GoogleCloud } from '../../../cli/deploy/google/google-cloud.ts';
import { environment } from './environments.ts';
import { FakeGoogle } from './fake-google.ts';

/** A clock whose timers fire at once, as if their time had passed. */
export class HurriedClock implements Clock {
  /** How long each timer would have waited, in milliseconds. */
  readonly waits: number[] = [];
  #now = Date.parse('2026-01-01T00:00:00Z');

  now(): Date {
    return new Date(this.#now);
  }

  setTimer(delayMs: number, callback: () => void) {
    this.waits.push(delayMs);
    this.#now += delayMs;
    let cancelled = false;
    queueMicrotask(() => {
      if (!cancelled) callback();
    });
    return () => {
      cancelled = true;
    };
  }
}

/** The adapter of Google Cloud on Google's APIs in memory. */
export function googleInMemory(
  of: Environment = environment('dev'),
  token: () => Promise<string> = async () => 'token-of-ada',
) {
  const google = new FakeGoogle(of.project);
  const clock = new HurriedClock();
  const cloud = new GoogleCloud(of, { token, fetch: google.fetch, clock, random: () => 0.5 });
  return { google, clock, cloud };
}
