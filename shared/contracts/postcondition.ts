import { z } from 'zod';
import { slug } from './names.ts';

/** A fact about a step's manifest that must hold before the step counts as done. */
export const postcondition = z.discriminatedUnion('kind', [
  /** The step wrote the named output. */
  z.strictObject({ kind: z.literal('output'), name: slug }),
  /** The step published rows of its run date into the table; bounds are inclusive. */
  z.strictObject({
    kind: z.literal('rows'),
    table: z.string(),
    min: z.int().min(0).default(1),
    max: z.int().min(0).optional(),
  }),
  /** A metric lies within inclusive bounds. */
  z.strictObject({
    kind: z.literal('metric'),
    metric: z.string(),
    min: z.number().optional(),
    max: z.number().optional(),
  }),
]);
export type Postcondition = z.infer<typeof postcondition>;
