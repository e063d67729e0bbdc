import { z } from 'zod';
import { instant } from './dates.ts';
import { errorReport } from './error-report.ts';
import { paramValue } from './json.ts';
import { manifestOutput, manifestTable } from './manifest.ts';
import { slug } from './names.ts';
import { postconditionResult } from './postcondition.ts';

const attempt = { step: slug, attempt: z.int().min(1) };

/** What a verified manifest told about a step. */
export const stepResult = z.strictObject({
  outputs: z.array(manifestOutput),
  tables: z.array(manifestTable),
  metrics: z.record(z.string(), z.number()),
  notes: z.array(z.string()),
  /** Lists that later steps can fan out over. */
  lists: z.record(slug, z.array(paramValue)).optional(),
  /** What was verified, all of which held. */
  postconditions: z.array(postconditionResult).optional(),
});
export type StepResult = z.infer<typeof stepResult>;

/**
 * Everything that can happen to a run after its creation. The run's state is nothing but the fold
 * of its events, so replaying them gives the same state on any machine.
 */
export const runEvent = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('step_dispatched'), ...attempt, commandId: z.string() }),
  /** The command reached nobody yet; the step is still waiting for its job. */
  z.strictObject({ type: z.literal('step_delayed'), ...attempt, error: errorReport }),
  z.strictObject({ type: z.literal('step_succeeded'), ...attempt, result: stepResult }),
  z.strictObject({
    type: z.literal('step_failed'),
    ...attempt,
    error: errorReport,
    /** When the next attempt is due; null when there is none. */
    retryAt: instant.nullable(),
    /** What was verified, where that is what failed. */
    postconditions: z.array(postconditionResult).optional(),
  }),
  z.strictObject({ type: z.literal('step_cancelled'), ...attempt }),
  /** The step failed without an attempt. */
  z.strictObject({ type: z.literal('step_refused'), step: slug, error: errorReport }),
  /** A person lets the steps after this one go on without it. */
  z.strictObject({
    type: z.literal('step_waived'),
    step: slug,
    by: z.string(),
    reason: z.string(),
  }),
  /** `because` is a step that did not end as it should have, or says why in words. */
  z.strictObject({ type: z.literal('step_skipped'), step: slug, because: z.string() }),
  /** The result of an equal attempt of `from` stands for this step's. */
  z.strictObject({
    type: z.literal('step_reused'),
    step: slug,
    result: stepResult,
    key: z.string(),
    from: z.strictObject({ runId: z.string(), step: slug, attempt: z.int(), at: instant }),
    /** How long that attempt took, in milliseconds. */
    savedMs: z.int().min(0),
  }),
  /** The step becomes one instance for each value, named `<step>-1` and so on. */
  z.strictObject({ type: z.literal('step_expanded'), step: slug, values: z.array(paramValue) }),
  z.strictObject({ type: z.literal('approval_requested'), step: slug, expiresAt: instant }),
  z.strictObject({
    type: z.literal('approval_decided'),
    step: slug,
    decision: z.enum(['approved', 'refused', 'skipped']),
    by: z.string(),
    comment: z.string(),
  }),
  /** The run may start its steps. */
  z.strictObject({ type: z.literal('run_admitted') }),
  z.strictObject({ type: z.literal('cancel_requested') }),
  /** Makes every step that did not succeed wait again, with a fresh retry budget. */
  z.strictObject({ type: z.literal('retry_requested') }),
  z.strictObject({
    type: z.literal('run_finished'),
    state: z.enum(['succeeded', 'failed', 'cancelled']),
    error: errorReport.nullable(),
  }),
]);
export type RunEvent = z.infer<typeof runEvent>;
