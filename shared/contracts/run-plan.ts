import { z } from 'zod';
import { isoDate } from './dates.ts';
import { interval } from './interval.ts';
import { params } from './json.ts';
import { runId } from './names.ts';
import { pipeline } from './pipeline.ts';
import { runTrigger } from './run-trigger.ts';

/**
 * What a run was created with. Never changes: editing a pipeline leaves runs in flight alone. The
 * defaults are for plans that builds before 0.2 stored.
 */
export const runPlan = z.object({
  runId,
  pipeline,
  runDate: isoDate,
  /** The data that a scheduled or backfilled run covers; null for a run that was asked for. */
  interval: interval.nullable().default(null),
  /** Resolved: given values over defaults. */
  params,
  seed: z.int().min(0),
  planHash: z.string(),
  codeRevision: z.string(),
  trigger: runTrigger,
  /** What the run answers, such as one tick: no two runs have the same cause. */
  cause: z.string().nullable().default(null),
  /** The run that this one repeats, with changes. */
  rerunOf: runId.nullable().default(null),
  /** Of two runs that wait, the one of higher priority goes first. */
  priority: z.int().default(50),
  /** Whether the run waits until it is admitted. */
  queued: z.boolean().default(false),
  /** Whether no step of the run may reuse an earlier result. */
  fresh: z.boolean().default(false),
  createdAt: z.coerce.date(),
});
export type RunPlan = z.infer<typeof runPlan>;
