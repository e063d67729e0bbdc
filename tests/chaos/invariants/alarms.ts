import type { AlarmDetails, AlarmNotice } from '@triad/shared/contracts/alarm-view.ts';
import type { RunView } from '@triad/shared/contracts/run-view.ts';
import { type Finding, look } from '../finding.ts';

export interface AlarmsFound {
  runs: RunView[];
  alarms: AlarmDetails[];
  /** What people heard, in the order in which it came. */
  heard: AlarmNotice[];
}

/** The run dates of failures that nothing has made up for. */
export function failedDates(runs: RunView[]): Set<string> {
  const failed = runs.filter(({ state }) => state === 'failed');
  const isMadeUpFor = (failure: RunView) =>
    runs.some(
      ({ pipeline, runDate, state, finishedAt }) =>
        pipeline === failure.pipeline &&
        runDate === failure.runDate &&
        state === 'succeeded' &&
        (finishedAt ?? '') >= (failure.finishedAt ?? ''),
    );
  return new Set(failed.filter((run) => !isMadeUpFor(run)).map(({ runDate }) => runDate));
}

/** The run dates of the failures that there is an open alarm for. */
export const alarmedDates = (alarms: AlarmDetails[]): string[] =>
  openOnes(alarms).flatMap(({ kind, runDate }) =>
    kind === 'run_failed' && runDate !== null ? [runDate] : [],
  );

const openOnes = (alarms: AlarmDetails[]) => alarms.filter(({ state }) => state === 'open');

/** What must hold of alarms: each failure has one, no other is open, and people heard of each once. */
export function checkAlarms({ runs, alarms, heard }: AlarmsFound): Promise<Finding>[] {
  const failed = failedDates(runs);
  const alarmed = alarmedDates(alarms);
  const notices = alarms.flatMap(({ id, deliveries }) =>
    deliveries.map((delivery) => ({ ...delivery, alarmId: id })),
  );
  const isHeard = new Set(heard.map(({ id }) => id));
  /** What a person would take for the same news; an alarm is raised and recovers once. */
  const newsOf = ({ alarmId, type }: { alarmId: string; type: string }) => `${alarmId} ${type}`;

  return [
    look('each failure has one open alarm', [...failed], (date) =>
      alarmed.filter((own) => own === date).length === 1 ? undefined : date,
    ),
    look('no other alarm is open', openOnes(alarms), ({ kind, runDate, summary }) =>
      kind === 'run_failed' && failed.has(runDate ?? '') ? undefined : `${kind}: ${summary}`,
    ),
    look('people heard each notice', notices, ({ id, state, alarmId, type }) =>
      state === 'delivered' && isHeard.has(id) ? undefined : `${alarmId} ${type} is ${state}`,
    ),
    look('one notice tells one piece of news', notices, (notice) =>
      notices.filter((other) => newsOf(other) === newsOf(notice)).length === 1
        ? undefined
        : newsOf(notice),
    ),
    look('what people heard was to be told', heard, ({ id, title }) =>
      notices.some((notice) => notice.id === id) ? undefined : `${id}: ${title}`,
    ),
  ];
}
