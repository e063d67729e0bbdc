import { z } from 'zod';
import { slug } from './names.ts';

/** A field of an event's data, such as `batch.day`: a dot leads into an object. */
const dataField = z.string().min(1);

/** An event, other than a firing of the schedule, that starts a run of a pipeline. */
export const pipelineTrigger = z.discriminatedUnion('on', [
  /** An event from outside, by its CloudEvents type and, where given, its source. */
  z.strictObject({
    on: z.literal('event'),
    type: z.string().min(1),
    source: z.string().min(1).optional(),
    /** Parameter → field of the event's data; a field that is absent or null gives no parameter. */
    params: z.record(z.string(), dataField).default({}),
    /** The field that holds the run date; without it, the UTC day of the event. */
    runDate: dataField.optional(),
  }),
  /** The success of a run of another pipeline, for the run date of that run. */
  z.strictObject({
    on: z.literal('pipeline'),
    pipeline: slug,
    /**
     * Parameter → `params.<name>`, `metrics.<name>` or `outputs.<step>.<output>` of that run; an
     * output gives its path in the artifact store.
     */
    params: z
      .record(
        z.string(),
        z
          .string()
          .regex(
            /^(params\..+|metrics\..+|outputs\.[^.]+\.[^.]+)$/,
            'expected params.<name>, metrics.<name> or outputs.<step>.<output>',
          ),
      )
      .default({}),
  }),
]);
export type PipelineTrigger = z.infer<typeof pipelineTrigger>;
