import { z } from 'zod';
import { slug } from './names.ts';

/** Looks at something again and again, and starts the pipeline when it has changed. */
export const sensor = z.strictObject({
  name: slug,
  /** How often it looks, in seconds. */
  everySeconds: z.int().min(1),
  /** The parameter that carries the value that was seen. */
  payloadKey: z.string().min(1),
  watch: z.discriminatedUnion('kind', [
    /** The one value that a query of the warehouse gives. */
    z.strictObject({ kind: z.literal('sql'), query: z.string().min(1) }),
    /** Files or objects under a location: `file:`, `gs:` or `s3:`. */
    z.strictObject({
      kind: z.literal('files'),
      location: z.url(),
      value: z.enum(['files_metadata', 'file_modified_ts', 'file_size']),
    }),
    /** What an HTTP GET answers. */
    z.strictObject({ kind: z.literal('http'), url: z.url() }),
  ]),
});
export type Sensor = z.infer<typeof sensor>;
