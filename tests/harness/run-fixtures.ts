import { formatCommandId } from '@triad/shared/contracts/names.ts';
import {
  type Pipeline,
  type PipelineDefinition,
  pipeline as pipelineSchema,
} from '@triad/shared/contracts/pipeline.ts';
import type { RunEvent } from '@triad/shared/contracts/run-event.ts';
import type { RunPlan } from '@triad/shared/contracts/run-plan.ts';
import type { InFlight, RunChange, StateStore } from '@triad/shared/state/state-store.ts';

type StepDefinition = PipelineDefinition['steps'][number];

/** A pipeline of these steps; a step given by its name alone is a `sql` step. */
export function pipelineOf(
  steps: (string | StepDefinition)[],
  more: Partial<PipelineDefinition> = {},
): Pipeline {
  return pipelineSchema.parse({
    version: 1,
    name: 'test',
    description: 'A pipeline of a test.',
    steps: steps.map((step) => (typeof step === 'string' ? { name: step, kind: 'sql' } : step)),
    ...more,
  });
}

export function planOf(runId: string, more: Partial<RunPlan> = {}): RunPlan {
  return {
    runId,
    pipeline: pipelineOf(['only']),
    runDate: '2024-01-31',
    params: {},
    seed: 0,
    planHash: 'f'.repeat(64),
    codeRevision: 'test',
    trigger: 'manual',
    interval: null,
    cause: null,
    rerunOf: null,
    priority: 50,
    queued: false,
    fresh: false,
    createdAt: new Date('2024-02-01T06:00:00.123Z'),
    ...more,
  };
}

/** A change that stores nothing but what is given. */
export const changeOf = (more: Partial<RunChange> = {}): RunChange => ({
  events: [],
  state: 'running',
  finishedAt: null,
  error: null,
  dispatched: [],
  ended: [],
  outbox: [],
  waits: [],
  cached: [],
  ...more,
});

export function inFlightOf(runId: string, step: string, more: Partial<InFlight> = {}): InFlight {
  const attempt = more.attempt ?? 1;
  return {
    commandId: formatCommandId({ runId, step, attempt }),
    runId,
    step,
    attempt,
    dispatchedAt: new Date('2024-02-01T06:00:01.000Z'),
    slots: [],
    ...more,
  };
}

/** The event that the first attempt of a step of run `r1` was dispatched. */
export const dispatchedEvent = (step: string): { at: Date; event: RunEvent } => ({
  at: new Date('2024-02-01T06:00:02.005Z'),
  event: { type: 'step_dispatched', step, attempt: 1, commandId: `r1:${step}:1` },
});

/** Everything that is stored of the runs, to see that nothing changed. */
export const everythingOf = async (store: StateStore, ...runIds: string[]) => ({
  runs: await Promise.all(runIds.map((runId) => store.getRun(runId))),
  rows: await store.listRuns({ limit: 100 }),
  inFlight: await store.inFlight(),
  outbox: await store.unpublished(100),
});
