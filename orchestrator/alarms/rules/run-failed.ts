import type { AlarmCondition } from '@triad/shared/state/alarm-store.ts';
import type { DatedRun } from '@triad/shared/state/run-facts.ts';
import type { DateOutcome, PipelineFacts } from '../alarm-facts.ts';

/**
 * A run failed, and no run of the same run date has succeeded since. A retry that is under way, or
 * was cancelled, makes up for nothing.
 */
export function runFailed({ watchedSince, outcomes }: PipelineFacts): AlarmCondition[] {
  return outcomes.flatMap((outcome) => {
    const condition = failureOf(outcome, watchedSince) ?? outcome.open;
    if (!condition) return [];
    const isMadeUpFor = outcome.runs.some(
      ({ state, finishedAt }) =>
        state === 'succeeded' && finishedAt !== null && finishedAt >= condition.since,
    );
    return isMadeUpFor ? [] : [condition];
  });
}

function failureOf({ runs }: DateOutcome, watchedSince: Date): AlarmCondition | undefined {
  let last: (DatedRun & { finishedAt: Date }) | undefined;
  for (const run of runs) {
    const { finishedAt } = run;
    if (run.state !== 'failed' || finishedAt === null || finishedAt < watchedSince) continue;
    if (!last || finishedAt >= last.finishedAt) last = { ...run, finishedAt };
  }
  if (!last) return undefined;
  const { pipeline, runDate, runId, finishedAt, error } = last;
  return {
    key: `run_failed/${pipeline}/${runDate}`,
    kind: 'run_failed',
    pipeline,
    runDate,
    runId,
    since: finishedAt,
    summary: `Run ${runId} for ${runDate} failed: ${error ? `${error.code}: ${error.message}` : 'no error was recorded'}`,
    fix: `${error?.fix ?? 'Read the logs of its steps.'} Then go on with it: triad retry ${runId}.`,
  };
}
