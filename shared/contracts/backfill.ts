import { z } from 'zod';
import { instant, isoDate } from './dates.ts';
import { errorReport } from './error-report.ts';
import { interval } from './interval.ts';
import { params } from './json.ts';
import { slug } from './names.ts';
import { runState } from './run-view.ts';

/** Runs of a pipeline for a range of run dates. */
export const backfillRequest = z.strictObject({
  /** First and last run date, both inclusive. */
  from: isoDate,
  to: isoDate,
  /** Only tells what would be run. */
  dryRun: z.boolean().default(false),
  /** Most runs of the backfill that are unfinished at a time. */
  concurrency: z.int().min(1).max(100).default(1),
  /** Leaves out what has a succeeded run. */
  onlyMissing: z.boolean().default(false),
  /** Without it, 25 below the pipeline's, but at least 0. */
  priority: z.int().min(0).max(100).optional(),
  params: params.default({}),
});
export type BackfillRequest = z.infer<typeof backfillRequest>;

export const backfillState = z.enum(['running', 'cancelling', 'finished', 'cancelled']);
export type BackfillState = z.infer<typeof backfillState>;

/** How many runs of a backfill are where. */
export const backfillProgress = z.strictObject({
  /** Not started yet. */
  waiting: z.int(),
  /** Queued, running or being cancelled. */
  active: z.int(),
  succeeded: z.int(),
  failed: z.int(),
  cancelled: z.int(),
  /** Could not be started: the pipeline has changed or is gone. */
  refused: z.int(),
});
export type BackfillProgress = z.infer<typeof backfillProgress>;

export const backfillView = z.strictObject({
  id: z.string(),
  pipeline: slug,
  state: backfillState,
  from: isoDate,
  to: isoDate,
  concurrency: z.int(),
  onlyMissing: z.boolean(),
  priority: z.int(),
  params,
  progress: backfillProgress,
  createdAt: instant,
  finishedAt: instant.nullable(),
});
export type BackfillView = z.infer<typeof backfillView>;

const covered = {
  runDate: isoDate,
  /** Null for a pipeline without a schedule. */
  interval: interval.nullable(),
};

/** What a backfill makes of one occurrence. */
export const backfillDate = z.strictObject({
  ...covered,
  /** The newest run that covers the same, or its newest succeeded one. */
  existing: z.strictObject({ runId: z.string(), state: runState }).nullable(),
  /** False when only missing ones are wanted and there is a succeeded one. */
  isIncluded: z.boolean(),
});
export type BackfillDate = z.infer<typeof backfillDate>;

export const backfillAnswer = z.strictObject({
  /** Null after a dry run. */
  backfill: backfillView.nullable(),
  dates: z.array(backfillDate),
});
export type BackfillAnswer = z.infer<typeof backfillAnswer>;

export const backfillRun = z.strictObject({
  ...covered,
  runId: z.string().nullable(),
  /** Null until it has a run. */
  state: runState.nullable(),
  /** Why no run could be started. */
  error: errorReport.nullable(),
});

export const backfillDetails = z.strictObject({
  backfill: backfillView,
  runs: z.array(backfillRun),
});
export type BackfillDetails = z.infer<typeof backfillDetails>;
export const backfillList = z.strictObject({
  backfills: z.array(backfillView),
  /** Pass as `before` to get the next page; null on the last one. */
  next: z.string().nullable(),
});
export type BackfillList = z.infer<typeof backfillList>;
