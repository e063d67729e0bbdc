import type { CancelTimer, Clock } from '@triad/shared/clock/clock.ts';

/**
 * A clock for work with real connections: whoever pauses goes on at once, later by the length of
 * the pause. Timers of exactly `limitMs` are limits; they go off only by `elapseLimits`.
 */
export class PauseSkippingClock implements Clock {
  /** The pauses that were skipped, in milliseconds. */
  readonly pauses: number[] = [];
  readonly #limitMs: number;
  readonly #limits = new Set<() => void>();
  #now = Date.parse('2024-01-01T00:00:00.000Z');

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  now(): Date {
    return new Date(this.#now);
  }

  setTimer(delayMs: number, callback: () => void): CancelTimer {
    if (delayMs === this.#limitMs) {
      this.#limits.add(callback);
      return () => this.#limits.delete(callback);
    }
    this.pauses.push(delayMs);
    this.#now += delayMs;
    const immediate = setImmediate(callback);
    return () => clearImmediate(immediate);
  }

  elapseLimits(): void {
    this.#now += this.#limitMs;
    for (const callback of [...this.#limits]) callback();
  }
}
