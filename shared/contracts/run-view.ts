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
  /** Why it was skipped, or the step that it was skipped because of. */
  skipped: z.string().nullable(),
  /** The equal attempt whose result stands for this step's. */
  reuse: z
    .strictObject({
      key: z.string(),
      from: z.strictObject({ runId: z.string(), step: slug, attempt: z.int(), at: instant }),
      savedMs: z.int(),
    })
    .nullable(),
  /** When an approval that is waited for is decided without a person. */
  approvalExpiresAt: instant.nullable(),
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
  /** The run that this one repeats, with changes. */
  rerunOf: z.string().nullable(),
  createdAt: instant,
  finishedAt: instant.nullable(),
  error: errorReport.nullable(),
  /** What it waits for beside its own steps, in words; only where one run is asked for. */
  waitsFor: z.array(z.string()).optional(),
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

/** What the job of one attempt has printed. */
export const attemptLog = z.strictObject({ text: z.string() });

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

export const rerunRequest = z.strictObject({
  /** Over the parameters of the run that is repeated. */
  params: params.default({}),
  /** Without it, that of the run that is repeated. */
  seed: z.int().min(0).optional(),
  fresh: z.boolean().optional(),
  /** The pipeline as it was then, or as it is now. */
  definition: z.enum(['pinned', 'current']).default('pinned'),
});
export type RerunRequest = z.input<typeof rerunRequest>;

const person = z.string().min(1).max(200);

export const approvalRequest = z.strictObject({
  /** Who decides. */
  by: person,
  comment: z.string().max(2000).default(''),
});
export type ApprovalRequest = z.input<typeof approvalRequest>;

export const waiverRequest = z.strictObject({
  /** Who decides. */
  by: person,
  reason: z.string().min(1).max(2000),
});
export type WaiverRequest = z.input<typeof waiverRequest>;
