import type { AlarmCondition } from '@triad/shared/state/alarm-store.ts';
import type { PipelineFacts, RunProgress } from '../alarm-facts.ts';
import { instantText } from '../instant-text.ts';

/** Runs that are still queued. */
export function runNotStarted({ now, policy, unfinished }: PipelineFacts): AlarmCondition[] {
  const { startWithinSeconds } = policy;
  return punctual(unfinished)
    .filter(({ state, dueAt }) => state === 'queued' && isOver(now, dueAt, startWithinSeconds))
    .map((run) => ({
      ...conditionOf(run, startWithinSeconds),
      key: `run_not_started/${run.pipeline}/${run.runId}`,
      kind: 'run_not_started' as const,
      summary: `Run ${run.runId} for ${run.runDate} was due at ${instantText(run.dueAt)} and still waits to start.`,
      fix: 'See what runs before it (triad runs --state running); raise maxActiveRuns of the pipeline or TRIAD_MAX_ACTIVE_RUNS if that is too little.',
    }));
}

/** Runs that have not finished. */
export function runLate({ now, policy, unfinished }: PipelineFacts): AlarmCondition[] {
  const { finishWithinSeconds } = policy;
  if (finishWithinSeconds === undefined) return [];
  return punctual(unfinished)
    .filter(({ dueAt }) => isOver(now, dueAt, finishWithinSeconds))
    .map((run) => ({
      ...conditionOf(run, finishWithinSeconds),
      key: `run_late/${run.pipeline}/${run.runId}`,
      kind: 'run_late' as const,
      summary: `Run ${run.runId} for ${run.runDate} was due at ${instantText(run.dueAt)} and should have finished within ${finishWithinSeconds} s.`,
      fix: `See which step takes so long: triad show ${run.runId}.`,
    }));
}

/** A backfill waits behind live runs for as long as it takes: that is no alarm. */
const punctual = (runs: RunProgress[]) => runs.filter(({ trigger }) => trigger !== 'backfill');

const isOver = (now: Date, dueAt: Date, seconds: number) =>
  now.getTime() - dueAt.getTime() >= 1000 * seconds;

const conditionOf = ({ pipeline, runDate, runId, dueAt }: RunProgress, seconds: number) => ({
  pipeline,
  runDate,
  runId,
  since: new Date(dueAt.getTime() + 1000 * seconds),
});
