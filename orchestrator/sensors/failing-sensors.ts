import type { Pipeline } from '@triad/shared/contracts/pipeline.ts';
import type { ErrorReport } from '@triad/shared/errors/triad-error.ts';
import type { SensorStore } from '@triad/shared/state/sensor-store.ts';

export interface FailingSensor {
  sensor: string;
  /** The last look that failed. */
  since: Date;
  /** Looks in a row that failed. */
  failures: number;
  error: ErrorReport;
}

/** The sensors of a pipeline, as it is defined now, whose last look failed. */
export async function failingSensors(
  store: Pick<SensorStore, 'list'>,
  { name, sensors }: Pipeline,
): Promise<FailingSensor[]> {
  if (sensors.length === 0) return [];
  const defined = new Set(sensors.map((sensor) => sensor.name));
  const cursors = await store.list();
  return cursors.flatMap(({ pipeline, sensor, error, failures, checkedAt }) =>
    pipeline === name && defined.has(sensor) && error && checkedAt
      ? [{ sensor, since: checkedAt, failures, error }]
      : [],
  );
}
