import { z } from 'zod';
import { isoDate } from './dates.ts';

/** When a pipeline runs by itself. Each firing covers the interval since the firing before it. */
export const pipelineSchedule = z.strictObject({
  /** Five-field cron expression. */
  cron: z.string().min(1),
  /** IANA zone name. */
  timezone: z.string().default('UTC'),
  /** Each firing is put off by up to this long, the same for the same firing, in seconds. */
  jitterSeconds: z.int().min(0).max(3600).default(0),
  /** First and last calendar day, in the schedule's zone, on which it fires; both inclusive. */
  startDate: isoDate.optional(),
  endDate: isoDate.optional(),
  /** Which of the firings that were missed are made up for. */
  catchUp: z.enum(['none', 'last', 'all']).default('last'),
  /** A firing that was missed longer ago than this is not made up for, in seconds. */
  catchUpWindowSeconds: z
    .int()
    .min(1)
    .default(7 * 86_400),
  /** What a firing does while an earlier scheduled run of the pipeline has not finished. */
  overlap: z.enum(['skip', 'queue_one', 'queue_all', 'cancel_other', 'allow']).default('queue_all'),
  /** Whether a run waits until the run of the firing before it has succeeded. */
  dependsOnPast: z.boolean().default(false),
});
export type PipelineSchedule = z.infer<typeof pipelineSchedule>;
