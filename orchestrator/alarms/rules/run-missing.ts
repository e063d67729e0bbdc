import type { AlarmCondition } from '@triad/shared/state/alarm-store.ts';
import type { Firing, PipelineFacts } from '../alarm-facts.ts';
import { instantText } from '../instant-text.ts';

/** How long after a firing its run must exist, in milliseconds. */
export const startLimitMs = ({
  policy,
  jitterSeconds,
}: Pick<PipelineFacts, 'policy' | 'jitterSeconds'>): number =>
  1000 * (policy.startWithinSeconds + jitterSeconds);

/** One condition for each run date, so that a schedule of every minute does not call every minute. */
export function runMissing(facts: PipelineFacts): AlarmCondition[] {
  const limit = facts.now.getTime() - startLimitMs(facts);
  const missing = facts.firings.filter(
    ({ at, isAnswered }) => !isAnswered && at.getTime() <= limit,
  );
  return [...Map.groupBy(missing, ({ runDate }) => runDate)].flatMap(([runDate, firings]) => {
    const [first] = firings.toSorted((a, b) => a.at.getTime() - b.at.getTime());
    return first ? [conditionOf(facts.pipeline, runDate, first, firings.length)] : [];
  });
}

function conditionOf(
  pipeline: string,
  runDate: string,
  first: Firing,
  count: number,
): AlarmCondition {
  const at = instantText(first.at);
  return {
    key: `run_missing/${pipeline}/${runDate}`,
    kind: 'run_missing',
    pipeline,
    runDate,
    runId: null,
    since: first.at,
    summary:
      count === 1
        ? `The schedule should have fired at ${at}, and no run exists.`
        : `The schedule should have fired ${count} times since ${at}, and no runs exist.`,
    fix: `See that the orchestrator runs and schedules are on (triad health), then make up for it: triad run ${pipeline} --run-date ${runDate}.`,
  };
}
