import type { Watch } from '@triad/shared/contracts/sensor.ts';
import type { SensorValue } from '@triad/shared/state/sensor-store.ts';
import type { Look, Observation, Probe } from '../../../orchestrator/sensors/probe.ts';

/** Sees what a test tells it to. */
export class FakeProbe implements Probe<Watch> {
  /** What is there; null for nothing. */
  value: SensorValue = null;
  /** When there is one, looks fail with it. */
  failure: Error | undefined;
  /** Called in the middle of a look, after the cursor was read. */
  during: () => Promise<void> = async () => {};
  readonly looks: Look[] = [];

  async look(_watch: Watch, look: Look): Promise<Observation> {
    this.looks.push(look);
    const { value, failure } = this;
    await this.during();
    if (failure) throw failure;
    return { value, summary: `saw ${value}` };
  }
}
