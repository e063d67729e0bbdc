import { type Clock, sleep } from '@triad/shared/clock/clock.ts';

/** Requests that take time, get lost, come twice, or whose answer gets lost. */
export class SimulatedNetwork {
  /** Probability of each kind of fault. */
  faults = 0;
  readonly #clock: Clock;
  readonly #random: () => number;

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  async call<T>(handle: () => Promise<T>): Promise<T> {
    await sleep(this.#clock, 20 * this.#random());
    if (this.#fails()) throw new TypeError('the request was lost');
    if (this.#fails()) handle().catch(() => {});
    const answer = await handle();
    await sleep(this.#clock, 20 * this.#random());
    if (this.#fails()) throw new TypeError('the answer was lost');
    return answer;
  }

  #fails(): boolean {
    return this.#random() < this.faults;
  }
}
