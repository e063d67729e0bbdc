import type { Pipeline, PipelineStep } from '@triad/shared/contracts/pipeline.ts';
import type { ErrorReport } from '@triad/shared/errors/triad-error.ts';
import type { RunStatus } from './run-status.ts';

/** What is to be done about a run now. */
export type Decision =
  | { do: 'dispatch'; step: PipelineStep; attempt: number }
  | { do: 'skip'; step: string; because: string }
  | { do: 'finish'; state: 'succeeded' | 'failed' | 'cancelled'; error: ErrorReport | null };

/**
 * The next things to do about a run. Pure, and safe to ask at any time: asked twice about the same
 * status it gives the same answer. Independent branches go on when another branch fails.
 */
export function decide(pipeline: Pipeline, status: RunStatus, now: Date): Decision[] {
  if (status.finishedAt || status.state === 'queued') return [];
  const states = [...status.steps.values()].map(({ state }) => state);
  if (status.state === 'cancelling') {
    return states.includes('dispatched') ? [] : [{ do: 'finish', state: 'cancelled', error: null }];
  }
  if (!states.includes('waiting') && !states.includes('dispatched')) return [finish(status)];
  return pipeline.steps.flatMap((step) => decideStep(step, status, now));
}

function decideStep(step: PipelineStep, status: RunStatus, now: Date): Decision[] {
  const own = status.steps.get(step.name);
  if (own?.state !== 'waiting') return [];
  const stateOf = (name: string) => status.steps.get(name)?.state;
  const lost = step.after.find((name) => {
    const state = stateOf(name);
    return state === 'failed' || state === 'skipped' || state === 'cancelled';
  });
  if (lost) return [{ do: 'skip', step: step.name, because: lost }];
  if (!step.after.every((name) => stateOf(name) === 'succeeded')) return [];
  if (own.retryAt && own.retryAt > now) return [];
  return [{ do: 'dispatch', step, attempt: own.attempts.length + 1 }];
}

function finish(status: RunStatus): Decision {
  const failed = [...status.steps.values()].find(({ state }) => state === 'failed');
  const cancelled = [...status.steps.values()].some(({ state }) => state === 'cancelled');
  if (failed) return { do: 'finish', state: 'failed', error: failed.error };
  return { do: 'finish', state: cancelled ? 'cancelled' : 'succeeded', error: null };
}
