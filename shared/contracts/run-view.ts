import { z } from 'zod';
import { instant, isoDate } from './dates.ts';
import { errorReport } from './error-report.ts';
import { interval } from './interval.ts';
import { params } from './json.ts';
import { manifestOutput, manifestTable } from './manifest.ts';
import { slug } from './names.ts';
import { postconditionResult } from './postcondition.ts';
import { runTrigger } from './run-trigger.ts';
import { stepKind } from './step-kind.ts';

export const runState = z.enum([
  'queued',
  'running',
  'cancelling',
  'succeeded',
  'failed',
  'cancelled',
]);
export type RunState = z.infer<typeof runState>;

export const stepState = z.enum([
  'waiting',
  'ready',
  'dispatched',
  /** An approval step that waits for a person. */
  'awaiting',
  'succeeded',
  'failed',
  'cancelled',
  'skipped',
]);
export type StepState = z.infer<typeof stepState>;

export const attemptView = z.strictObject({
  attempt: z.int(),
  commandId: z.string(),
  state: z.enum(['dispatched', 'succeeded', 'failed', 'cancelled']),
  startedAt: instant,
  finishedAt: instant.nullable(),
  error: errorReport.nullable(),
});

export const stepView = z.strictObject({
  name: slug,
  kind: stepKind,
  state: stepState,
  /** How many attempts were made so far. */
  attempts: z.int(),
  startedAt: instant.nullable(),
  finishedAt: instant.nullable(),
  error: errorReport.nullable(),
  /** Files in the artifact store. */
  outputs: z.array(manifestOutput),
  tables: z.array(manifestTable),
  notes: z.array(z.string()),
  /** What was verified of the last attempt that got so far. */
  postconditions: z.array(postconditionResult).optional(),
  history: z.array(attemptView),
});
export type StepView = z.infer<typeof stepView>;

/** A run as `GET /v1/runs/:id` and `triad run --json` show it. */
export const runView = z.strictObject({
  runId: z.string(),
  pipeline: slug,
  runDate: isoDate,
  state: runState,
  params,
  trigger: runTrigger,
  /** Null for a run that was asked for. */
  interval: interval.nullable(),
  priority: z.int(),
  createdAt: instant,
  finishedAt: instant.nullable(),
  error: errorReport.nullable(),
  steps: z.array(stepView),
  /** Metrics of all steps in one flat record, such as `bg_nbd.r`. */
  metrics: z.record(z.string(), z.number()),
  outputs: z.array(manifestOutput.extend({ step: slug })),
  plan: z.strictObject({ hash: z.string(), codeRevision: z.string(), seed: z.int() }),
});
export type RunView = z.infer<typeof runView>;

export const runSummary = runView.pick({
  runId: true,
  pipeline: true,
  runDate: true,
  state: true,
  trigger: true,
  priority: true,
  createdAt: true,
  finishedAt: true,
  error: true,
});
export type RunSummary = z.infer<typeof runSummary>;
export const runList = z.strictObject({
  runs: z.array(runSummary),
  /** Pass as `before` to get the next page; null on the last one. */
  next: z.string().nullable(),
});

export const createRunRequest = z.strictObject({
  pipeline: slug,
  runDate: isoDate,
  params: params.default({}),
  /** Seed of every random choice in the run. */
  seed: z.int().min(0).default(0),
  /** Whether no step may reuse an earlier result. */
  fresh: z.boolean().optional(),
  /** Without it, the pipeline's. */
  priority: z.int().min(0).max(100).optional(),
});
export type CreateRunRequest = z.infer<typeof createRunRequest>;
