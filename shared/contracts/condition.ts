import { z } from 'zod';
import { paramValue } from './json.ts';
import { slug } from './names.ts';

const operator = z.enum(['eq', 'ne', 'lt', 'le', 'gt', 'ge']);

/** A comparison that is made when a step could start. */
export const condition = z.union([
  /** Of a parameter of the run; an absent one equals nothing. */
  z.strictObject({ param: z.string().min(1), is: operator, value: paramValue }),
  /** Of a metric that an earlier step reported; an absent one equals nothing. */
  z.strictObject({ step: slug, metric: z.string().min(1), is: operator, value: z.number() }),
]);
export type Condition = z.infer<typeof condition>;

/** Which ends of the steps before it let a step start; otherwise it is skipped. */
export const runIf = z.enum([
  /** All of them succeeded. */
  'all_succeeded',
  /** None failed or was cancelled; some may have been skipped. */
  'none_failed',
  /** At least one failed: for steps that clean up or tell. */
  'any_failed',
  /** Whatever happened. */
  'all_done',
]);
export type RunIf = z.infer<typeof runIf>;
