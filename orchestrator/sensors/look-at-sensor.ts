import type { Clock } from '@triad/shared/clock/clock.ts';
import { type CloudEvent, eventType } from '@triad/shared/contracts/cloud-event.ts';
import type { ParamValue } from '@triad/shared/contracts/json.ts';
import type { Pipeline } from '@triad/shared/contracts/pipeline.ts';
import type { Sensor } from '@triad/shared/contracts/sensor.ts';
import type { LookOutcome } from '@triad/shared/contracts/sensor-view.ts';
import { TriadError, toTriadError } from '@triad/shared/errors/triad-error.ts';
import type { Ids } from '@triad/shared/ids/ids.ts';
import type { EventStore } from '@triad/shared/state/event-store.ts';
import type { SensorCursor, SensorKey, SensorStore } from '@triad/shared/state/sensor-store.ts';
import { ownSource } from '../events/own-sources.ts';
import { utcDay } from '../events/pick-field.ts';
import { resolveParams } from '../plan/resolve-params.ts';
import type { RunStarter } from '../run/run-starter.ts';
import { lookWith, type Observation, type Probes } from './probe.ts';

export interface LookOptions {
  sensors: SensorStore;
  events: EventStore;
  starter: Pick<RunStarter, 'start'>;
  probes: Probes;
  clock: Clock;
  ids: Ids;
  /** Called after the event of a change was stored. */
  onEvent: () => void;
}

export interface Watched {
  pipeline: Pipeline;
  sensor: Sensor;
}

/** The longest time between two looks that fail, unless the sensor looks less often anyway. */
const LONGEST_BACKOFF_SECONDS = 3600;

export const keyOf = ({ pipeline, sensor }: Watched): SensorKey => ({
  pipeline: pipeline.name,
  sensor: sensor.name,
});

/**
 * One look of a sensor whose turn it is. A new value is first swapped in by compare-and-set and
 * marked pending, then its run starts with a cause that follows from the generation, then the mark
 * goes. Whoever dies in between, the next look starts the run of the value that was stored, once.
 *
 * @param seen the cursor whose look is due
 * @param force starts a run although the value is the same
 * Errors, recorded in the cursor first: whatever the probe or the start of the run throws.
 */
export async function lookAtSensor(
  options: LookOptions,
  watched: Watched,
  seen: SensorCursor,
  signal: AbortSignal,
  force = false,
): Promise<LookOutcome> {
  const { sensors, probes, clock } = options;
  const { sensor } = watched;
  const key = keyOf(watched);
  const claimed = await sensors.claimLook(seen, after(clock.now(), sensor.everySeconds));
  if (!claimed) return 'superseded';
  try {
    if (claimed.pending) await startPending(options, watched, claimed);
    const look = { ...key, number: claimed.looks, signal };
    const observation = await lookWith(probes, sensor.watch, look);
    return await take(options, watched, claimed, observation, force);
  } catch (thrown) {
    if (signal.aborted) throw thrown;
    const error = toTriadError(thrown).report();
    const now = clock.now();
    await sensors.fail(key, error, now, after(now, backoffSeconds(sensor, claimed.failures)));
    throw thrown;
  }
}

/** Compares what was seen with the cursor as it was before the look. */
async function take(
  options: LookOptions,
  watched: Watched,
  cursor: SensorCursor,
  { value, summary }: Observation,
  force: boolean,
): Promise<LookOutcome> {
  const { sensors, clock } = options;
  const { pipeline, sensor } = watched;
  const key = keyOf(watched);
  const at = clock.now();
  const isFirst = cursor.generation === 0;
  if (value === null && force) {
    throw new TriadError('SENSOR_SEES_NOTHING', { ...key });
  }
  // What went away starts nothing, and the same value coming back is no change.
  const isSame = !isFirst && (value === null || value === cursor.value);
  if (isSame && !force) {
    await sensors.skip(key, cursor.generation, at);
    return 'unchanged';
  }
  const pending = force || (value !== null && (!isFirst || sensor.initial === 'trigger'));
  // A value that the pipeline does not take must not become the last one.
  if (pending && value !== null) resolveParams(pipeline, { [sensor.payloadKey]: value });
  const swap = { value, summary, pending, at };
  if (!(await sensors.swap(key, cursor.generation, swap))) return 'superseded';
  if (!pending) return 'remembered';
  const generation = cursor.generation + 1;
  await startPending(options, watched, { ...cursor, generation, value, previous: cursor.value });
  return 'triggered';
}

/** Starts the run of a change that is stored, and stores its event: both once, whoever does it. */
async function startPending(
  { sensors, events, starter, clock, ids, onEvent }: LookOptions,
  watched: Watched,
  { generation, value, previous }: Pick<SensorCursor, 'generation' | 'value' | 'previous'>,
): Promise<void> {
  if (value === null) throw new Error('a change to nothing cannot be pending');
  const { pipeline, sensor } = watched;
  const key = keyOf(watched);
  const cause = `sensor/${key.pipeline}/${key.sensor}/${generation}`;
  const now = clock.now();
  const params = { [sensor.payloadKey]: value };
  const request = { pipeline, runDate: utcDay(now), params, trigger: 'sensor' as const, cause };
  const runId = (await starter.start(request)) ?? (await events.runOfCause(cause));
  if (!runId) throw new Error(`the change ${cause} has no run`);
  const event = changeEvent(key, generation, { ...params, previous }, now);
  await events.add({ eventId: ids.next(), event, receivedAt: now });
  await sensors.settle(key, generation, runId);
  onEvent();
}

const changeEvent = (
  { pipeline, sensor }: SensorKey,
  generation: number,
  data: Record<string, ParamValue | null>,
  now: Date,
): CloudEvent => ({
  specversion: '1.0',
  id: String(generation),
  source: ownSource.sensor(pipeline, sensor),
  type: eventType.sensorChanged,
  time: now.toISOString(),
  datacontenttype: 'application/json',
  data,
});

const after = (now: Date, seconds: number) => new Date(now.getTime() + seconds * 1000);

/** Twice as long after each failure in a row. */
function backoffSeconds({ everySeconds }: Sensor, failures: number): number {
  const most = Math.max(everySeconds, LONGEST_BACKOFF_SECONDS);
  return Math.min(everySeconds * 2 ** Math.min(failures, 20), most);
}
