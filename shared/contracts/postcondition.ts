import { z } from 'zod';
import { paramValue } from './json.ts';
import { slug } from './names.ts';

/** Inclusive. */
const bounds = { min: z.number().optional(), max: z.number().optional() };

/** A table as the manifest names it. */
const table = z.string().min(1);

/** All the outputs named are in the manifest. */
const outputs = z.strictObject({ kind: z.literal('outputs'), names: z.array(slug).min(1) });

/** The step wrote the named output. */
const output = z.strictObject({ kind: z.literal('output'), name: slug });

/** The step published rows of its run date into the table; bounds are inclusive. */
const rows = z.strictObject({
  kind: z.literal('rows'),
  table,
  min: z.int().min(0).default(1),
  max: z.int().min(0).optional(),
  /** How far from the previous run's number of rows, as a fraction of it: 0.5 is 50 %. */
  maxChange: z.number().min(0).optional(),
});

/** The table has the partition of the run date: at least one row. */
const partition = z.strictObject({ kind: z.literal('partition'), table });

/** A metric lies within inclusive bounds, and not too far from that of the previous run. */
const metric = z.strictObject({
  kind: z.literal('metric'),
  metric: z.string().min(1),
  ...bounds,
  /** How far below the previous run's value it may be. */
  maxDrop: z.number().min(0).optional(),
  /** How far above the previous run's value it may be. */
  maxRise: z.number().min(0).optional(),
  /** What `maxDrop` and `maxRise` are: fractions of the previous value, or in the metric's unit. */
  change: z.enum(['relative', 'absolute']).default('relative'),
  /** It may not get worse than before at all, where no `maxDrop` or `maxRise` lets it. */
  better: z.enum(['higher', 'lower']).optional(),
});

/** The table's high-water mark is past that of the previous run. */
const watermark = z.strictObject({
  kind: z.literal('watermark'),
  table,
  /** Whether it may also be where it was. */
  mayStay: z.boolean().default(false),
});

/** The table's high-water mark is not long before the end of the run's interval, or of its run date. */
const freshness = z.strictObject({
  kind: z.literal('freshness'),
  table,
  /** A mark that is a day counts as the end of that day, in UTC. */
  maxAgeSeconds: z.int().min(0),
});

/** The checks that the step ran have all passed, and none was left out. */
const checks = z.strictObject({
  kind: z.literal('checks'),
  /** How many there must be at least. */
  min: z.int().min(0).default(1),
  /** Only these, which must be there. */
  names: z.array(z.string().min(1)).min(1).optional(),
});

/** A model loads and scores a made-up row; every score is finite. Done by a step of its own. */
const canary = z.strictObject({
  kind: z.literal('canary'),
  /** The output that is the model. */
  output: slug.default('model'),
  /** Inclusive bounds of scores by name, such as `p_alive`. */
  scores: z.record(z.string().min(1), z.strictObject(bounds)).default({}),
});

/** What a query in GoogleSQL finds, with `@run_date` bound. Done by a step of its own. */
const sql = z
  .strictObject({
    kind: z.literal('sql'),
    /** Unique within the step. */
    name: slug,
    query: z.string().min(1),
    /** One number, which has bounds, or the rows that should not be there. */
    returns: z.enum(['number', 'offending_rows']).default('number'),
    ...bounds,
  })
  .refine(
    ({ returns, min, max }) => (returns === 'number') === (min !== undefined || max !== undefined),
    {
      path: ['returns'],
      error: 'expected min or max beside a number, and neither beside offending_rows',
    },
  );

/** A URL answers as it should, to a GET of the orchestrator. */
const http = z
  .strictObject({
    kind: z.literal('http'),
    url: z
      .url({ protocol: /^https?$/, error: 'expected an http or https URL' })
      .refine((url) => !/^https?:\/\/[^/?#]*@/i.test(url), 'expected a URL without a password'),
    status: z.int().min(100).max(599).default(200),
    /** Where in the JSON answer the value is, as in RFC 6901: `/items/0/count`. */
    pointer: z
      .string()
      .regex(/^(\/([^~/]|~[01])*)*$/, 'expected a JSON pointer, such as /items/0/count')
      .optional(),
    equals: z.union([paramValue, z.null()]).optional(),
    ...bounds,
    /** Less than the messenger waits for an answer, so that the verification is one. */
    timeoutSeconds: z.number().min(0.1).max(8).default(3),
  })
  .refine(
    ({ pointer, equals, min, max }) =>
      pointer !== undefined || (equals ?? min ?? max) === undefined,
    {
      path: ['pointer'],
      error: 'expected a pointer to the value that equals, min or max are about',
    },
  );

/** A fact that must hold before a step counts as done. */
export const postcondition = z.discriminatedUnion('kind', [
  output,
  outputs,
  rows,
  partition,
  metric,
  watermark,
  freshness,
  checks,
  canary,
  sql,
  http,
]);
export type Postcondition = z.infer<typeof postcondition>;
export type PostconditionOf<K extends Postcondition['kind']> = Extract<Postcondition, { kind: K }>;

/** What verification found of one postcondition. */
export const postconditionResult = z.strictObject({
  /** Such as `rows of rfm`. */
  name: z.string(),
  ok: z.boolean(),
  expected: z.string(),
  actual: z.string(),
});
export type PostconditionResult = z.infer<typeof postconditionResult>;
