import { z } from 'zod';
import { slug } from './names.ts';

/** When somebody must hear about a pipeline, and where. */
export const alarmPolicy = z.strictObject({
  /** Channels of `TRIAD_ALARM_CHANNELS`; without any, all of them. */
  channels: z.array(slug).default([]),
  /** A run that has not begun this long after it was due, in seconds. */
  startWithinSeconds: z.int().min(1).default(900),
  /** A run that has not finished this long after it was due, in seconds. */
  finishWithinSeconds: z.int().min(1).optional(),
  /** The newest success may be this old, in seconds. */
  staleAfterSeconds: z.int().min(1).optional(),
  /** A step that needs this many attempts. */
  attempts: z.int().min(2).default(3),
});
export type AlarmPolicy = z.infer<typeof alarmPolicy>;
