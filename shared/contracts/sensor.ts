import { z } from 'zod';
import { slug } from './names.ts';

const scheme = /^(file:\/\/\/|gs:\/\/[^/]|s3:\/\/[^/])/;

/** Files or objects under a location. */
const filesWatch = z.strictObject({
  kind: z.literal('files'),
  /** `file:///absolute/path` of a file or directory, `gs://bucket/prefix` or `s3://bucket/prefix`. */
  location: z
    .url()
    .regex(scheme, 'expected file:///absolute/path, gs://bucket/prefix or s3://bucket/prefix'),
  /**
   * `files_metadata`: a hash of all names, sizes and times (string). `file_modified_ts`: the newest
   * time, as an instant (string). `file_size`: all bytes (integer).
   */
  value: z.enum(['files_metadata', 'file_modified_ts', 'file_size']),
});
export type FilesWatch = z.infer<typeof filesWatch>;

/** What an HTTP GET answers. */
const httpWatch = z
  .strictObject({
    kind: z.literal('http'),
    url: z.url({ protocol: /^https?$/, error: 'expected an http or https URL' }),
    /** `body_hash` is the SHA-256 of the body; `json_pointer` is the value at `pointer`. */
    value: z.enum(['body_hash', 'etag', 'last_modified', 'json_pointer']).default('body_hash'),
    /** RFC 6901, such as `/data/version`. */
    pointer: z
      .string()
      .regex(/^(\/([^~/]|~[01])*)*$/, 'expected a JSON pointer such as /version')
      .optional(),
  })
  .refine(({ value, pointer }) => (value === 'json_pointer') === (pointer !== undefined), {
    path: ['pointer'],
    error: 'expected a pointer with value json_pointer, and only there',
  });
export type HttpWatch = z.infer<typeof httpWatch>;

/** The one value that a query of the warehouse gives, in GoogleSQL. */
const sqlWatch = z.strictObject({ kind: z.literal('sql'), query: z.string().min(1) });
export type SqlWatch = z.infer<typeof sqlWatch>;

/** Looks at something again and again, and starts the pipeline when it has changed. */
export const sensor = z.strictObject({
  name: slug,
  /** How often it looks, in seconds. After failures it looks less often, at least once an hour. */
  everySeconds: z.int().min(1),
  /** The parameter that carries the value that was seen. */
  payloadKey: z.string().min(1),
  /**
   * What the first value that is ever seen does. `remember`: only later changes start a run, so a
   * new sensor on old data is quiet.
   */
  initial: z.enum(['remember', 'trigger']).default('remember'),
  watch: z.discriminatedUnion('kind', [sqlWatch, filesWatch, httpWatch]),
});
export type Sensor = z.infer<typeof sensor>;
export type Watch = Sensor['watch'];
