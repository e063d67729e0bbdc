import type { CancelTimer, Clock } from '@triad/shared/clock/clock.ts';
import type { Dice } from './dice.ts';
import type { EventQueue } from './event-queue.ts';
import type { Climate, Weather } from './weather.ts';

export interface LifeOptions {
  name: string;
  queue: EventQueue;
  dice: Dice;
  weather: Weather;
  /** Longest that a call to a store usually takes, in milliseconds. */
  latencyMs: number;
  onDeath: (life: Life) => void;
}

/**
 * The life of a simulated process. All it does to the world goes through `bind`, `clock` and
 * `serve`: there it can die, freeze and thaw, and its clock can be wrong. What it has committed
 * outlives it; nothing else does.
 */
export class Life {
  readonly name: string;
  readonly clock: Clock;
  /** When a fault last struck it, in milliseconds since 1970; of one that has not ended, its end. */
  #disturbedAt: number;
  #clockOffsetMs = 0;
  #latest = 0;
  /** When its clock was last wrong. */
  #clockWrongAt: number;
  #isAlive = true;
  #frozenUntil = 0;
  readonly #options: LifeOptions;
  readonly #broken = new Set<(error: Error) => void>();

  constructor(options: LifeOptions) {
    this.#options = options;
    this.#disturbedAt = options.queue.now;
    this.#clockWrongAt = options.queue.now;
    this.name = options.name;
    this.clock = {
      now: () => {
        const now = options.queue.now + this.#clockOffsetMs;
        this.#latest = Math.max(this.#latest, now);
        return new Date(now);
      },
      setTimer: (delayMs, callback) => this.#in(delayMs, callback),
    };
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** The latest time that its clock has shown, in milliseconds since 1970. */
  get latest(): number {
    return this.#latest;
  }

  /** How far its clock is ahead, in milliseconds. */
  get clockOffsetMs(): number {
    return this.#clockOffsetMs;
  }

  set clockOffsetMs(ms: number) {
    this.#clockWrongAt = this.#options.queue.now;
    this.#clockOffsetMs = ms;
  }

  /** How long it has lived without a fault, and how long its clock has been right, in milliseconds. */
  get health(): { calmMs: number; clockRightMs: number } {
    const { now } = this.#options.queue;
    return {
      calmMs: now - this.#disturbedAt,
      clockRightMs: this.#clockOffsetMs === 0 ? now - this.#clockWrongAt : 0,
    };
  }

  die(): void {
    if (!this.#isAlive) return;
    this.#isAlive = false;
    for (const reject of this.#broken) reject(new TypeError('the connection was reset'));
    this.#broken.clear();
    this.#options.onDeath(this);
  }

  /** Nothing that it does happens, nor does it hear anything, until then. */
  freeze(ms: number): void {
    this.#frozenUntil = this.#options.queue.now + ms;
    this.#disturbedAt = this.#frozenUntil;
  }

  /**
   * `target` as this process reaches it: through calls that take time, fail, or are its last.
   *
   * @param instead methods that take the place of the target's
   */
  bind<T extends object>(target: T, instead: Partial<T> = {}): T {
    const bound = { ...target } as Record<string, unknown>;
    for (const name of methodsOf(target)) {
      const from = name in instead ? instead : target;
      const method = Reflect.get(from, name) as (...args: unknown[]) => Promise<unknown>;
      bound[name] = (...args: unknown[]) => this.call(() => Reflect.apply(method, target, args));
    }
    return bound as T;
  }

  call<T>(work: () => Promise<T>): Promise<T> {
    const { dice, latencyMs } = this.#options;
    return new Promise((resolve, reject) => {
      const isSlow = this.#isStruck('slowCall');
      const delay = isSlow ? dice.between(500, 15_000) : latencyMs * dice.next();
      this.#in(delay, () => {
        if (this.#isStruck('crash')) return this.die();
        if (this.#isStruck('failedCall')) return reject(new Error('the store is not there'));
        const answer = (deliver: () => void) => {
          if (this.#isStruck('crash')) return this.die();
          if (!this.#isFrozen) deliver();
          else this.#in(0, deliver);
        };
        work().then(
          (value) =>
            answer(() => {
              if (!this.#isStruck('timedOutCall')) resolve(value);
              else reject(new Error('the store did not answer in time'));
            }),
          (error: unknown) => answer(() => reject(error)),
        );
      });
    });
  }

  /** Handles a request of somebody else, who hears of it when this process dies meanwhile. */
  serve<T>(handle: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (!this.#isAlive) return reject(new TypeError('the connection was refused'));
      this.#broken.add(reject);
      this.#in(0, () => {
        handle()
          .then(resolve, reject)
          .finally(() => this.#broken.delete(reject));
      });
    });
  }

  #isStruck(fault: keyof Climate): boolean {
    const isStruck = this.#options.weather.strikes(fault);
    if (isStruck) this.#disturbedAt = this.#options.queue.now;
    return isStruck;
  }

  get #isFrozen(): boolean {
    return this.#frozenUntil > this.#options.queue.now;
  }

  #in(delayMs: number, callback: () => void): CancelTimer {
    if (!this.#isAlive) return () => {};
    const { queue } = this.#options;
    let cancel: CancelTimer;
    const happen = (): void => {
      if (!this.#isAlive) return;
      if (this.#isFrozen) cancel = queue.in(this.#frozenUntil - queue.now, happen);
      else callback();
    };
    cancel = queue.in(delayMs, happen);
    return () => cancel();
  }
}

/** Since when one of them has had no faults, and none of them a wrong clock. */
export function watchedSince(lives: readonly Life[], now: number): number {
  const health = lives.map((life) => life.health);
  const calmMs = Math.max(0, ...health.map((own) => own.calmMs));
  const clocksRightMs = Math.min(...health.map((own) => own.clockRightMs));
  return now - Math.min(calmMs, clocksRightMs);
}

const known = new WeakMap<object, string[]>();

function methodsOf(target: object): string[] {
  const prototype: object = Object.getPrototypeOf(target);
  const found = known.get(prototype);
  if (found) return found;
  const names = new Set<string>();
  for (let at = prototype; at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (name !== 'constructor' && typeof value === 'function') names.add(name);
    }
  }
  known.set(prototype, [...names]);
  return [...names];
}
