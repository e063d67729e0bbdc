import type { CancelTimer, Clock } from '@triad/shared/clock/clock.ts';

/**
 * The life of a simulated process. What it holds of the world goes through `bind`: when it is
 * killed, its timers never fire and its calls never reach anything, nor do they return.
 */
export class MortalProcess {
  #alive = true;

  get alive(): boolean {
    return this.#alive;
  }

  kill(): void {
    this.#alive = false;
  }

  bind<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (_target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]): unknown =>
          this.#alive
            ? this.#untilDeath(Reflect.apply(value, target, args))
            : new Promise(() => {});
      },
    });
  }

  bindClock(clock: Clock): Clock {
    return {
      now: () => clock.now(),
      setTimer: (delayMs, callback): CancelTimer =>
        clock.setTimer(delayMs, () => {
          if (this.#alive) callback();
        }),
    };
  }

  /** An answer that comes after death is never seen. */
  #untilDeath(result: unknown): unknown {
    if (!(result instanceof Promise)) return result;
    return new Promise((resolve, reject) => {
      result.then(
        (value) => this.#alive && resolve(value),
        (error: unknown) => this.#alive && reject(error),
      );
    });
  }
}
