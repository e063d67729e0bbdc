import type { HttpWatch } from '@triad/shared/contracts/sensor.ts';
import type { SensorValue } from '@triad/shared/state/sensor-store.ts';
import type { Observation, Probe } from '../../../orchestrator/sensors/probe.ts';
import type { Dice } from './dice.ts';
import type { EventQueue } from './event-queue.ts';

/** Something outside that sensors look at: it changes, goes away, and comes back as it was. */
export class Feed implements Probe<HttpWatch> {
  value: SensorValue = 'a';
  readonly #queue: EventQueue;
  readonly #dice: Dice;

  constructor(queue: EventQueue, dice: Dice) {
    this.#queue = queue;
    this.#dice = dice;
  }

  change(): void {
    this.value = this.#dice.pick(['a', 'b', 'c', null]);
  }

  /** What is told may be old by then. */
  async look(): Promise<Observation> {
    const { value } = this;
    await this.#queue.pause(this.#dice.between(0, 5000));
    return { value, summary: String(value) };
  }
}
