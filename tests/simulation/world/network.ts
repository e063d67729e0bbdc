import type { Dice } from './dice.ts';
import type { EventQueue } from './event-queue.ts';
import type { Life } from './life.ts';
import type { Weather } from './weather.ts';

/** A caller without a deadline of its own gives up after this long, in milliseconds. */
const PATIENCE_MS = 10_000;

/** Requests between processes: they take time, get lost, come twice, late, or not at all. */
export class Network {
  readonly #queue: EventQueue;
  readonly #dice: Dice;
  readonly #weather: Weather;
  /** `from>to`, by kind of process. */
  readonly #blocked = new Set<string>();

  constructor(queue: EventQueue, dice: Dice, weather: Weather) {
    this.#queue = queue;
    this.#dice = dice;
    this.#weather = weather;
  }

  /** Nothing from one kind of process reaches the other for a while; the other way it may. */
  partition(from: string, to: string, ms: number): void {
    const way = `${from}>${to}`;
    if (this.#blocked.has(way)) return;
    this.#weather.count('partition');
    this.#blocked.add(way);
    this.#queue.in(ms, () => this.#blocked.delete(way));
  }

  heal(): void {
    this.#blocked.clear();
  }

  /** @param receiver finds who listens when the request arrives */
  call<T>(
    [from, to]: [string, string],
    receiver: () => Life | undefined,
    handle: () => Promise<T>,
    signal?: AbortSignal | null,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const giveUp = () => reject(new TypeError('no answer in time'));
      const cancel = signal ? () => {} : this.#queue.in(PATIENCE_MS, giveUp);
      signal?.addEventListener('abort', giveUp, { once: true });
      const travel = (ms: number, arrive: () => void) => {
        const isLate = this.#weather.strikes('delay');
        this.#queue.in(isLate ? this.#dice.between(1000, 30_000) : ms * this.#dice.next(), arrive);
      };
      const fail = (reason: string) => () => {
        cancel();
        reject(new TypeError(reason));
      };
      const arrive = () => {
        const life = receiver();
        if (!life) return fail('the connection was refused')();
        life.serve(handle).then(
          (value) => {
            if (this.#blocked.has(`${to}>${from}`) || this.#weather.strikes('lostAnswer')) return;
            travel(10, () => {
              cancel();
              resolve(value);
            });
          },
          (error: unknown) => {
            cancel();
            reject(error);
          },
        );
      };
      if (this.#blocked.has(`${from}>${to}`)) return;
      if (this.#weather.strikes('lostRequest')) {
        // It is noticed, or it is not.
        if (this.#dice.happens(0.5)) travel(10, fail('the request was lost'));
        return;
      }
      travel(10, arrive);
      if (this.#weather.strikes('duplicate')) travel(2000, arrive);
    });
  }
}
