import type { PipelineStep } from '@triad/shared/contracts/pipeline.ts';
import type { RunView, StepView } from '@triad/shared/contracts/run-view.ts';
import type { StoredRun } from '@triad/shared/state/state-store.ts';
import { foldEvents, type RunStatus, type StepStatus } from './run-status.ts';

/** What the API shows of a run. */
export function runViewOf({ plan, events }: StoredRun): RunView {
  const status = foldEvents(plan, events);
  const steps = plan.pipeline.steps.flatMap((step) => {
    const own = status.steps.get(step.name);
    return own ? [stepViewOf(step, own, status)] : [];
  });
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

function stepViewOf(
  { name, kind, after }: PipelineStep,
  own: StepStatus,
  run: RunStatus,
): StepView {
  const isReady =
    own.state === 'waiting' && after.every((dep) => run.steps.get(dep)?.state === 'succeeded');
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
    notes: own.result?.notes ?? [],
    ...(own.postconditions && { postconditions: own.postconditions }),
    history: own.attempts.map((attempt) => ({
      ...attempt,
      startedAt: attempt.startedAt.toISOString(),
      finishedAt: attempt.finishedAt?.toISOString() ?? null,
    })),
  };
}

function finishedAt({ state, attempts }: StepStatus): string | null {
  if (state === 'waiting' || state === 'dispatched') return null;
  return attempts.at(-1)?.finishedAt?.toISOString() ?? null;
}
