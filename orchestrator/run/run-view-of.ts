import type { RunView, StepView } from '@triad/shared/contracts/run-view.ts';
import type { StoredRun } from '@triad/shared/state/state-store.ts';
import { decide } from './decide.ts';
import { foldEvents } from './run-status.ts';
import type { StepStatus } from './step-status.ts';

/** What the API shows of a run. */
export function runViewOf({ plan, events }: StoredRun, now: Date): RunView {
  const status = foldEvents(plan, events);
  const startable = new Set(
    decide(plan, status, now).flatMap((next) => (next.do === 'dispatch' ? [next.step.name] : [])),
  );
  const steps = [...status.steps.values()].map((own) =>
    stepViewOf(own, startable.has(own.definition.name)),
  );
  const results = [...status.steps.values()].flatMap(({ result }) => result ?? []);
  return {
    runId: plan.runId,
    pipeline: plan.pipeline.name,
    runDate: plan.runDate,
    state: status.state,
    params: plan.params,
    trigger: plan.trigger,
    interval: plan.interval,
    priority: plan.priority,
    rerunOf: plan.rerunOf,
    createdAt: plan.createdAt.toISOString(),
    finishedAt: status.finishedAt?.toISOString() ?? null,
    error: status.error,
    steps,
    metrics: Object.assign({}, ...results.map(({ metrics }) => metrics)) as RunView['metrics'],
    outputs: steps.flatMap(({ name, outputs }) =>
      outputs.map((output) => ({ ...output, step: name })),
    ),
    plan: { hash: plan.planHash, codeRevision: plan.codeRevision, seed: plan.seed },
  };
}

function stepViewOf(own: StepStatus, isReady: boolean): StepView {
  const { name, kind } = own.definition;
  return {
    name,
    kind,
    state: isReady ? 'ready' : own.state,
    attempts: own.attempts.length,
    startedAt: own.attempts[0]?.startedAt.toISOString() ?? null,
    finishedAt: finishedAt(own),
    error: own.error,
    outputs: own.result?.outputs ?? [],
    tables: own.result?.tables ?? [],
    notes: [...(own.result?.notes ?? []), ...own.notes],
    skipped: own.skipped,
    reuse: own.reuse,
    approvalExpiresAt:
      own.state === 'awaiting' ? (own.approvalExpiresAt?.toISOString() ?? null) : null,
    ...(own.postconditions && { postconditions: own.postconditions }),
    history: own.attempts.map((attempt) => ({
      ...attempt,
      startedAt: attempt.startedAt.toISOString(),
      finishedAt: attempt.finishedAt?.toISOString() ?? null,
    })),
  };
}

function finishedAt({ state, attempts }: StepStatus): string | null {
  if (state === 'waiting' || state === 'dispatched' || state === 'awaiting') return null;
  return attempts.at(-1)?.finishedAt?.toISOString() ?? null;
}
