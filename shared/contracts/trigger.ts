import { z } from 'zod';
import { slug } from './names.ts';

/** An event, other than a firing of the schedule, that starts a run of a pipeline. */
export const pipelineTrigger = z.discriminatedUnion('on', [
  /** An event from outside, by its CloudEvents type and, where given, its source. */
  z.strictObject({
    on: z.literal('event'),
    type: z.string().min(1),
    source: z.string().min(1).optional(),
    /** Parameter → field of the event's data. */
    params: z.record(z.string(), z.string()).default({}),
  }),
  /** The success of a run of another pipeline. */
  z.strictObject({
    on: z.literal('pipeline'),
    pipeline: slug,
    /** Parameter → `params.<name>`, `metrics.<name>` or `outputs.<step>.<output>` of that run. */
    params: z.record(z.string(), z.string()).default({}),
  }),
]);
export type PipelineTrigger = z.infer<typeof pipelineTrigger>;
