import type { PipelineStep } from '@triad/shared/contracts/pipeline.ts';
import type { PostconditionResult } from '@triad/shared/contracts/postcondition.ts';
import type { RunEvent, StepResult } from '@triad/shared/contracts/run-event.ts';
import type { StepState } from '@triad/shared/contracts/run-view.ts';
import type { ErrorReport } from '@triad/shared/errors/triad-error.ts';

export interface AttemptStatus {
  attempt: number;
  commandId: string;
  state: 'dispatched' | 'succeeded' | 'failed' | 'cancelled';
  startedAt: Date;
  finishedAt: Date | null;
  error: ErrorReport | null;
}

/** The equal attempt whose result stands for a step's own. */
export type Reuse = Omit<Extract<RunEvent, { type: 'step_reused' }>, 'type' | 'step' | 'result'>;

export interface StepStatus {
  definition: PipelineStep;
  /** `ready` is not stored: it is a waiting step that could start. */
  state: Exclude<StepState, 'ready'>;
  /** All attempts ever made; their number is the last attempt's. */
  attempts: AttemptStatus[];
  /** Attempts before the last retry of the run: they do not count against the retry policy. */
  forgiven: number;
  /** When the next attempt is due; null for at once. */
  retryAt: Date | null;
  error: ErrorReport | null;
  /** When it failed for good; null unless it did. */
  failedAt: Date | null;
  result: StepResult | null;
  /** What verification found last, where it got so far. */
  postconditions?: PostconditionResult[];
  reuse: Reuse | null;
  /** Why the step was skipped. */
  skipped: string | null;
  /** Whether it was skipped because of a failure before it. */
  isLost: boolean;
  /** Whether a person let the steps after it go on without it. */
  isWaived: boolean;
  /** When the approval that it waits for is decided without a person. */
  approvalExpiresAt: Date | null;
  /** What was said with the approval. */
  notes: string[];
}

export const freshStep = (definition: PipelineStep): StepStatus => ({
  definition,
  state: 'waiting',
  attempts: [],
  forgiven: 0,
  retryAt: null,
  error: null,
  failedAt: null,
  result: null,
  reuse: null,
  skipped: null,
  isLost: false,
  isWaived: false,
  approvalExpiresAt: null,
  notes: [],
});

/** Whether the steps after this one may count on it. */
export const isSatisfied = ({ state, isWaived }: StepStatus): boolean =>
  state === 'succeeded' || isWaived;

/** Whether it failed, or did not run because something before it failed. */
export const isBroken = ({ state, isLost }: StepStatus): boolean =>
  state === 'failed' || state === 'cancelled' || isLost;
