import type { RunIf } from '@triad/shared/contracts/condition.ts';
import type { ParamValue } from '@triad/shared/contracts/json.ts';
import { approval, type PipelineStep } from '@triad/shared/contracts/pipeline.ts';
import type { RunPlan } from '@triad/shared/contracts/run-plan.ts';
import { type ErrorReport, TriadError } from '@triad/shared/errors/triad-error.ts';
import { unmet } from './condition.ts';
import { fanOutValues } from './fan-out-values.ts';
import type { RunStatus } from './run-status.ts';
import { isBroken, isSatisfied, type StepStatus } from './step-status.ts';

/** What is to be done about a run now. */
export type Decision =
  | { do: 'dispatch'; step: PipelineStep; attempt: number }
  | { do: 'skip'; step: string; because: string }
  | { do: 'expand'; step: string; values: ParamValue[] }
  | { do: 'refuse'; step: string; error: ErrorReport }
  | { do: 'request_approval'; step: string; expiresAt: Date }
  | { do: 'decide_approval'; step: string; decision: 'approved' | 'refused' | 'skipped' }
  | { do: 'finish'; state: 'succeeded' | 'failed' | 'cancelled'; error: ErrorReport | null };

/**
 * The next things to do about a run. Pure, and safe to ask at any time: asked twice about the same
 * status it gives the same answer. Independent branches go on when another branch fails.
 */
export function decide(plan: Pick<RunPlan, 'params'>, status: RunStatus, now: Date): Decision[] {
  if (status.finishedAt || status.state === 'queued') return [];
  const steps = [...status.steps.values()];
  if (status.state === 'cancelling') {
    const isRunning = steps.some(({ state }) => state === 'dispatched');
    return isRunning ? [] : [{ do: 'finish', state: 'cancelled', error: null }];
  }
  if (steps.every(isOver)) return [finish(steps)];
  return steps.flatMap((step) => decideStep(step, plan, status, now) ?? []);
}

const defaultApproval = approval.parse({});

const isOver = ({ state }: StepStatus): boolean =>
  state !== 'waiting' && state !== 'dispatched' && state !== 'awaiting';

function decideStep(
  own: StepStatus,
  { params }: Pick<RunPlan, 'params'>,
  status: RunStatus,
  now: Date,
): Decision | undefined {
  const step = own.definition;
  const { name } = step;
  if (own.state === 'awaiting') return decideApproval(own, now);
  if (own.state !== 'waiting') return undefined;

  const before = stepsBefore(step, status);
  const because = outOfTurn[step.runIf](before);
  if (because !== undefined) return { do: 'skip', step: name, because };
  if (!before.every(isOver)) return undefined;
  for (const condition of step.when) {
    const reason = unmet(condition, params, status);
    if (reason !== undefined) return { do: 'skip', step: name, because: reason };
  }
  if (step.forEach) {
    const values = fanOutValues(name, step.forEach, { ...params, ...step.with }, status);
    if (values instanceof TriadError) return { do: 'refuse', step: name, error: values.report() };
    if (values.length === 0) return { do: 'skip', step: name, because: 'its list is empty' };
    return { do: 'expand', step: name, values };
  }
  if (step.kind === 'approval') {
    const { timeoutSeconds } = step.approval ?? defaultApproval;
    const expiresAt = new Date(now.getTime() + timeoutSeconds * 1000);
    return { do: 'request_approval', step: name, expiresAt };
  }
  if (own.retryAt && own.retryAt > now) return undefined;
  return { do: 'dispatch', step, attempt: own.attempts.length + 1 };
}

const stepsBefore = ({ after }: PipelineStep, status: RunStatus): StepStatus[] =>
  after.flatMap((name) => {
    const own = status.steps.get(name);
    return own ? [inTurn(own, status)] : [];
  });

/**
 * A step that a person skipped ahead of its turn counts as waiting until then. When its turn never
 * comes, what it was to come after stands for it. So nothing overtakes what was before it.
 */
function inTurn(own: StepStatus, status: RunStatus): StepStatus {
  if (!own.isWaived) return own;
  const before = stepsBefore(own.definition, status);
  const because = outOfTurn[own.definition.runIf](before);
  if (because !== undefined) {
    const cause = before.find(({ definition }) => definition.name === because);
    return cause ?? { ...own, isWaived: false };
  }
  return before.every(isOver) ? own : { ...own, state: 'waiting' };
}

/** Why a step can no longer start, given the steps before it; `undefined` when it can, or may yet. */
const outOfTurn: Record<RunIf, (before: StepStatus[]) => string | undefined> = {
  all_succeeded: (before) =>
    before.find((step) => isOver(step) && !isSatisfied(step))?.definition.name,
  none_failed: (before) => before.find((step) => isOver(step) && isBroken(step))?.definition.name,
  any_failed: (before) =>
    before.every((step) => isOver(step) && !isBroken(step))
      ? 'nothing before it failed'
      : undefined,
  all_done: () => undefined,
};

function decideApproval(
  { definition, approvalExpiresAt }: StepStatus,
  now: Date,
): Decision | undefined {
  if (!approvalExpiresAt || approvalExpiresAt > now) return undefined;
  const { onTimeout } = definition.approval ?? defaultApproval;
  const decisions = { fail: 'refused', skip: 'skipped', approve: 'approved' } as const;
  return { do: 'decide_approval', step: definition.name, decision: decisions[onTimeout] };
}

/** The error of a run is that of the step that failed first. */
function finish(steps: StepStatus[]): Decision {
  const failures = steps.filter(({ state }) => state === 'failed');
  const [first] = failures.sort((a, b) => Number(a.failedAt) - Number(b.failedAt));
  if (first) return { do: 'finish', state: 'failed', error: first.error };
  const isCancelled = steps.some(({ state }) => state === 'cancelled');
  return { do: 'finish', state: isCancelled ? 'cancelled' : 'succeeded', error: null };
}
