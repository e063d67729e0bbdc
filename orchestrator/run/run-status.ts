import type { PostconditionResult } from '@triad/shared/contracts/postcondition.ts';
import type { StepResult } from '@triad/shared/contracts/run-event.ts';
import type { RunPlan } from '@triad/shared/contracts/run-plan.ts';
import type { RunState, StepState } from '@triad/shared/contracts/run-view.ts';
import type { ErrorReport } from '@triad/shared/errors/triad-error.ts';
import type { RecordedEvent } from '@triad/shared/state/state-store.ts';

export interface AttemptStatus {
  attempt: number;
  commandId: string;
  state: 'dispatched' | 'succeeded' | 'failed' | 'cancelled';
  startedAt: Date;
  finishedAt: Date | null;
  error: ErrorReport | null;
}

export interface StepStatus {
  /** `ready` is not stored: it is a waiting step whose dependencies have succeeded. */
  state: Exclude<StepState, 'ready'>;
  /** All attempts ever made; their number is the last attempt's. */
  attempts: AttemptStatus[];
  /** Attempts before the last retry of the run: they do not count against the retry policy. */
  forgiven: number;
  /** When the next attempt is due; null for at once. */
  retryAt: Date | null;
  error: ErrorReport | null;
  result: StepResult | null;
  /** What verification found last, where it got so far. */
  postconditions?: PostconditionResult[];
}

export interface RunStatus {
  state: RunState;
  finishedAt: Date | null;
  error: ErrorReport | null;
  steps: Map<string, StepStatus>;
}

/** Folds a run's events into where it stands. Pure: equal events give an equal status. */
export function foldEvents(
  { pipeline, queued }: Pick<RunPlan, 'pipeline' | 'queued'>,
  events: readonly RecordedEvent[],
): RunStatus {
  const status: RunStatus = {
    state: queued ? 'queued' : 'running',
    finishedAt: null,
    error: null,
    steps: new Map(pipeline.steps.map(({ name }) => [name, freshStep()])),
  };
  for (const event of events) apply(status, event);
  return status;
}

const freshStep = (): StepStatus => ({
  state: 'waiting',
  attempts: [],
  forgiven: 0,
  retryAt: null,
  error: null,
  result: null,
});

/** Whether this attempt is the step's last one and has not ended. */
export function isInFlight(status: RunStatus, step: string, attempt: number): boolean {
  const own = status.steps.get(step);
  return own?.state === 'dispatched' && own.attempts.length === attempt;
}

function apply(status: RunStatus, { at, event }: RecordedEvent): void {
  switch (event.type) {
    case 'step_dispatched': {
      const step = stepOf(status, event.step);
      const { attempt, commandId } = event;
      step.attempts.push({
        attempt,
        commandId,
        state: 'dispatched',
        startedAt: at,
        finishedAt: null,
        error: null,
      });
      Object.assign(step, { state: 'dispatched', retryAt: null, error: null });
      delete step.postconditions;
      return;
    }
    case 'step_delayed':
      stepOf(status, event.step).error = event.error;
      return;
    case 'step_succeeded': {
      const step = stepOf(status, event.step);
      endAttempt(step, event.attempt, { state: 'succeeded', finishedAt: at });
      Object.assign(step, { state: 'succeeded', error: null, result: event.result });
      if (event.result.postconditions) step.postconditions = event.result.postconditions;
      return;
    }
    case 'step_failed': {
      const step = stepOf(status, event.step);
      const { error, retryAt } = event;
      endAttempt(step, event.attempt, { state: 'failed', finishedAt: at, error });
      step.state = retryAt === null ? 'failed' : 'waiting';
      step.retryAt = retryAt === null ? null : new Date(retryAt);
      step.error = error;
      if (event.postconditions) step.postconditions = event.postconditions;
      return;
    }
    case 'step_cancelled': {
      const step = stepOf(status, event.step);
      endAttempt(step, event.attempt, { state: 'cancelled', finishedAt: at });
      step.state = 'cancelled';
      return;
    }
    case 'step_skipped':
      stepOf(status, event.step).state = 'skipped';
      return;
    case 'run_admitted':
      status.state = 'running';
      return;
    case 'cancel_requested':
      status.state = 'cancelling';
      return;
    case 'retry_requested':
      Object.assign(status, { state: 'running', finishedAt: null, error: null });
      for (const step of status.steps.values()) {
        if (step.state === 'succeeded') continue;
        Object.assign(step, { state: 'waiting', retryAt: null, error: null });
        step.forgiven = step.attempts.length;
      }
      return;
    case 'run_finished':
      Object.assign(status, { state: event.state, finishedAt: at, error: event.error });
      if (event.state !== 'cancelled') return;
      for (const step of status.steps.values()) {
        if (step.state === 'waiting') step.state = 'cancelled';
      }
  }
}

function stepOf(status: RunStatus, name: string): StepStatus {
  const step = status.steps.get(name);
  if (!step) throw new Error(`an event names step ${name}, which the run's plan does not have`);
  return step;
}

function endAttempt(step: StepStatus, attempt: number, end: Partial<AttemptStatus>): void {
  const found = step.attempts.find((candidate) => candidate.attempt === attempt);
  if (found) Object.assign(found, end);
}
