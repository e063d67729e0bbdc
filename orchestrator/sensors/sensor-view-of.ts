import type { SensorView } from '@triad/shared/contracts/sensor-view.ts';
import type { SensorCursor } from '@triad/shared/state/sensor-store.ts';
import type { Watched } from './look-at-sensor.ts';

/** What the API shows of a sensor; without a cursor, it has never looked. */
export function sensorViewOf(
  { pipeline, sensor }: Watched,
  cursor: SensorCursor | undefined,
  isPaused: boolean,
): SensorView {
  const { name, everySeconds, payloadKey, watch } = sensor;
  return {
    pipeline: pipeline.name,
    name,
    everySeconds,
    payloadKey,
    watch,
    state: isPaused ? 'paused' : stateOf(cursor),
    value: cursor?.value ?? null,
    summary: cursor?.summary ?? '',
    generation: cursor?.generation ?? 0,
    checkedAt: cursor?.checkedAt?.toISOString() ?? null,
    changedAt: cursor?.changedAt?.toISOString() ?? null,
    nextLookAt: cursor?.nextLookAt.toISOString() ?? null,
    skips: cursor?.skips ?? 0,
    failures: cursor?.failures ?? 0,
    error: cursor?.error ?? null,
    runId: cursor?.runId ?? null,
  };
}

function stateOf(cursor: SensorCursor | undefined): SensorView['state'] {
  if (!cursor || cursor.checkedAt === null) return 'new';
  if (cursor.error) return 'failing';
  return cursor.pending ? 'starting' : 'watching';
}
