import type { AlarmCondition } from '@triad/shared/state/alarm-store.ts';
import type { PipelineFacts } from '../alarm-facts.ts';
import { instantText } from '../instant-text.ts';

/** The newest success is too old; a pipeline without any has as long from its first watch. */
export function outputsStale(facts: PipelineFacts): AlarmCondition[] {
  const { now, pipeline, newestSuccess, watchedSince } = facts;
  const { staleAfterSeconds } = facts.policy;
  if (staleAfterSeconds === undefined) return [];
  const from = newestSuccess ?? watchedSince;
  const since = new Date(from.getTime() + 1000 * staleAfterSeconds);
  if (now <= since) return [];
  return [
    {
      key: `outputs_stale/${pipeline}`,
      kind: 'outputs_stale',
      pipeline,
      runDate: null,
      runId: null,
      since,
      summary: `${newestSuccess ? 'The last run that succeeded ended at' : 'No run has succeeded since'} ${instantText(from)}; the outputs may be at most ${staleAfterSeconds} s old.`,
      fix: `See what became of the last runs: triad runs --pipeline ${pipeline}.`,
    },
  ];
}
