import type { HttpWatch } from '@triad/shared/contracts/sensor.ts';
import type { SensorValue } from '@triad/shared/state/sensor-store.ts';
import type { Observation, Probe } from '../../../orchestrator/sensors/probe.ts';
import type { Dice } from './dice.ts';

/** Something outside that sensors look at: it changes, goes away, and comes back as it was. */
export class Feed implements Probe<HttpWatch> {
  value: SensorValue = 'a';
  readonly #dice: Dice;

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  change(): void {
    this.value = this.#dice.pick(['a', 'b', 'c', null]);
  }

  async look(): Promise<Observation> {
    return { value: this.value, summary: String(this.value) };
  }
}
