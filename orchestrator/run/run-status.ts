import type { RunEvent } from '@triad/shared/contracts/run-event.ts';
import type { RunPlan } from '@triad/shared/contracts/run-plan.ts';
import type { RunState } from '@triad/shared/contracts/run-view.ts';
import type { ErrorReport } from '@triad/shared/errors/triad-error.ts';
import type { RecordedEvent } from '@triad/shared/state/state-store.ts';
import { expandStep } from './expand-step.ts';
import {
  type AttemptStatus,
  freshStep,
  isBroken,
  isSatisfied,
  type StepStatus,
} from './step-status.ts';

export interface RunStatus {
  state: RunState;
  finishedAt: Date | null;
  error: ErrorReport | null;
  /** In the order of the plan; a fanned-out step is there as its instances. */
  steps: Map<string, StepStatus>;
}

/** Where a run begins, and begins again. */
const waiting = (queued: boolean): RunState => (queued ? 'queued' : 'running');

type Folded = Pick<RunPlan, 'pipeline' | 'queued'>;

/** Folds a run's events into where it stands. Pure: equal events give an equal status. */
export function foldEvents(plan: Folded, events: readonly RecordedEvent[]): RunStatus {
  const { pipeline, queued } = plan;
  const status: RunStatus = {
    state: waiting(queued),
    finishedAt: null,
    error: null,
    steps: new Map(pipeline.steps.map((definition) => [definition.name, freshStep(definition)])),
  };
  return foldOn(status, plan, events);
}

/** Folds the events that came after those of `status` into it, which it changes. */
export function foldOn(
  status: RunStatus,
  { queued }: Folded,
  events: readonly RecordedEvent[],
): RunStatus {
  for (const event of events) apply(status, event, queued);
  return status;
}

/** Whether this attempt is the step's last one and has not ended. */
export function isInFlight(status: RunStatus, step: string, attempt: number): boolean {
  const own = status.steps.get(step);
  return own?.state === 'dispatched' && own.attempts.length === attempt;
}

function apply(status: RunStatus, { at, event }: RecordedEvent, queued: boolean): void {
  switch (event.type) {
    case 'run_admitted':
      status.state = 'running';
      return;
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
    case 'step_reused': {
      const { key, from, savedMs, result } = event;
      const reuse = { key, from, savedMs };
      const step = stepOf(status, event.step);
      Object.assign(step, { state: 'succeeded', result, reuse });
      if (result.postconditions) step.postconditions = result.postconditions;
      return;
    }
    case 'step_failed': {
      const step = stepOf(status, event.step);
      const { error, retryAt } = event;
      endAttempt(step, event.attempt, { state: 'failed', finishedAt: at, error });
      step.state = retryAt === null ? 'failed' : 'waiting';
      step.failedAt = retryAt === null ? at : null;
      step.retryAt = retryAt === null ? null : new Date(retryAt);
      step.error = error;
      if (event.postconditions) step.postconditions = event.postconditions;
      return;
    }
    case 'step_refused':
      Object.assign(stepOf(status, event.step), {
        state: 'failed',
        error: event.error,
        failedAt: at,
      });
      return;
    case 'step_cancelled': {
      const step = stepOf(status, event.step);
      endAttempt(step, event.attempt, { state: 'cancelled', finishedAt: at });
      step.state = 'cancelled';
      return;
    }
    case 'step_skipped': {
      const cause = status.steps.get(event.because);
      const isLost = cause !== undefined && isBroken(cause);
      Object.assign(stepOf(status, event.step), {
        state: 'skipped',
        skipped: event.because,
        isLost,
        isWaived: false,
      });
      return;
    }
    case 'step_waived': {
      const skipped = `${event.by}: ${event.reason}`;
      Object.assign(stepOf(status, event.step), {
        state: 'skipped',
        skipped,
        isWaived: true,
        isLost: false,
        error: null,
        failedAt: null,
      });
      // What was skipped because of it may yet run.
      for (const [name, step] of status.steps) {
        if (step.isLost) status.steps.set(name, freshStep(step.definition));
      }
      return;
    }
    case 'step_expanded':
      status.steps = expandStep(status.steps, event.step, event.values);
      return;
    case 'approval_requested':
      Object.assign(stepOf(status, event.step), {
        state: 'awaiting',
        approvalExpiresAt: new Date(event.expiresAt),
      });
      return;
    case 'approval_decided':
      applyDecision(stepOf(status, event.step), event);
      return;
    case 'cancel_requested':
      status.state = 'cancelling';
      return;
    case 'retry_requested':
      Object.assign(status, { state: waiting(queued), finishedAt: null, error: null });
      for (const [name, step] of status.steps) {
        if (isSatisfied(step)) continue;
        const { definition, attempts, notes } = step;
        const forgiven = attempts.length;
        status.steps.set(name, { ...freshStep(definition), attempts, notes, forgiven });
      }
      return;
    case 'run_finished':
      Object.assign(status, { state: event.state, finishedAt: at, error: event.error });
      if (event.state !== 'cancelled') return;
      for (const step of status.steps.values()) {
        if (step.state === 'waiting' || step.state === 'awaiting') step.state = 'cancelled';
      }
  }
}

/** A refusal is followed by the event that fails the step. */
function applyDecision(
  step: StepStatus,
  { decision, by, comment }: Extract<RunEvent, { type: 'approval_decided' }>,
): void {
  step.notes.push(`${decision} by ${by}${comment === '' ? '' : `: ${comment}`}`);
  if (decision === 'approved') {
    const result = { outputs: [], tables: [], metrics: {}, notes: [] };
    Object.assign(step, { state: 'succeeded', result });
  } else if (decision === 'skipped') {
    Object.assign(step, { state: 'skipped', skipped: 'nobody decided in time' });
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
