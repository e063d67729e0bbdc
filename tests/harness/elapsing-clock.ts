import { type Clock, systemClock } from '@triad/shared/clock/clock.ts';

/** The real clock, which can be put forward: timers that are due by then fire at once. */
export class ElapsingClock implements Clock {
  #elapsedMs = 0;
  readonly #timers = new Set<{ at: number; fire: () => void }>();

  now(): Date {
    return new Date(systemClock.now().getTime() + this.#elapsedMs);
  }

  setTimer(delayMs: number, callback: () => void): () => void {
    const fire = () => {
      cancel();
      callback();
    };
    const cancelReal = systemClock.setTimer(delayMs, fire);
    const timer = { at: this.now().getTime() + delayMs, fire };
    this.#timers.add(timer);
    const cancel = () => {
      this.#timers.delete(timer);
      cancelReal();
    };
    return cancel;
  }

  elapse(ms: number): void {
    this.#elapsedMs += ms;
    const now = this.now().getTime();
    for (const { at, fire } of [...this.#timers]) if (at <= now) fire();
  }
}
