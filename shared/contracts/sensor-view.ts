import { z } from 'zod';
import { instant } from './dates.ts';
import { errorReport } from './error-report.ts';
import { paramValue } from './json.ts';
import { slug } from './names.ts';
import { sensor } from './sensor.ts';

/** A sensor as `GET /v1/sensors` shows it. */
export const sensorView = z.strictObject({
  pipeline: slug,
  name: slug,
  everySeconds: z.int(),
  payloadKey: z.string(),
  watch: sensor.shape.watch,
  /**
   * `new`: has not looked yet. `watching`: the last look worked. `starting`: saw a change whose run
   * is about to start. `failing`: the last look did not work.
   * `paused`: its pipeline is.
   */
  state: z.enum(['new', 'watching', 'starting', 'failing', 'paused']),
  /** The last value that was seen; null for nothing there. */
  value: paramValue.nullable(),
  /** The value in words. */
  summary: z.string(),
  /** How often the value was taken as new. */
  generation: z.int(),
  checkedAt: instant.nullable(),
  changedAt: instant.nullable(),
  nextLookAt: instant.nullable(),
  /** Looks in a row that found nothing new. */
  skips: z.int(),
  /** Looks in a row that failed. */
  failures: z.int(),
  error: errorReport.nullable(),
  /** The run that the last change started. */
  runId: z.string().nullable(),
});
export type SensorView = z.infer<typeof sensorView>;
export const sensorList = z.strictObject({ sensors: z.array(sensorView) });

/** What one look came to. */
export const lookOutcome = z.enum([
  /** The value is new: a run was started. */
  'triggered',
  /** The first value: kept, to compare later ones with. */
  'remembered',
  /** Nothing new. */
  'unchanged',
  /** Another look was faster, or has to finish first. */
  'superseded',
  /** The look takes longer than the answer may; its result will show in the list. */
  'looking',
]);
export type LookOutcome = z.infer<typeof lookOutcome>;

export const sensorCheck = z.strictObject({ outcome: lookOutcome, sensor: sensorView });
export type SensorCheck = z.infer<typeof sensorCheck>;
