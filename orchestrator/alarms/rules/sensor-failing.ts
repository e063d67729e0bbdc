import type { AlarmCondition } from '@triad/shared/state/alarm-store.ts';
import type { PipelineFacts } from '../alarm-facts.ts';

/** A sensor that failed as often in a row as a step may before people hear of it. */
export function sensorFailing({ pipeline, policy, sensors }: PipelineFacts): AlarmCondition[] {
  return sensors
    .filter(({ failures }) => failures >= policy.attempts)
    .map(({ sensor, since, failures, error }) => ({
      key: `sensor_failing/${pipeline}/${sensor}`,
      kind: 'sensor_failing',
      pipeline,
      runDate: null,
      runId: null,
      since,
      summary: `Sensor ${sensor} failed ${failures} times in a row: ${error.code}: ${error.message}`,
      fix: error.fix,
    }));
}
