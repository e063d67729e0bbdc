import type { Invariant } from './invariant.ts';

/** How long after something is wrong its alarm must be open where somebody watches, in milliseconds. */
const GRACE_MS = 60_000;

export const alarmsFire: Invariant = {
  name: 'what is missing, late or failed has its alarm, what recovered has none',
  on: ['time passed'],
  of({ runs, ledger, alarms, pipelines, watchesAlarms, from }) {
    if (!watchesAlarms) return () => undefined;
    return async (happening) => {
      if (happening.what !== 'time passed') return undefined;
      const { now, watchedSince } = happening;
      if (watchedSince + GRACE_MS > now) return undefined;
      const isOver = (since: Date, seconds: number) =>
        since.getTime() + 1000 * seconds + GRACE_MS < now;
      const open = new Map((await alarms.openAlarms()).map((alarm) => [alarm.key, alarm]));

      for (const { name, alarms: policy, schedule } of pipelines) {
        const limit = policy.startWithinSeconds + (schedule?.jitterSeconds ?? 0);
        const ticks = await ledger.list({ pipeline: name, state: 'expected', limit: 1000 });
        for (const { occurrence, runDate } of ticks) {
          if (!isOver(occurrence, limit) || isMadeUpFor(name, runDate, occurrence)) continue;
          if (!open.has(`run_missing/${name}/${runDate}`)) return `a missing run of ${name}`;
        }
      }

      const finished = new Map<string, { at: Date; state: string }[]>();
      for (const [runId, { plan, status, tick, events }] of runs) {
        const { name, alarms: policy } = plan.pipeline;
        const { finishWithinSeconds = Infinity } = policy;
        // A tick is due after its occurrence, by its jitter.
        const jitter = tick ? (plan.pipeline.schedule?.jitterSeconds ?? 0) : 0;
        const due = tick?.occurrence ?? plan.createdAt;
        if (status.finishedAt) {
          const key = `run_failed/${name}/${plan.runDate}`;
          const ends = finished.get(key) ?? [];
          finished.set(key, [...ends, { at: status.finishedAt, state: status.state }]);
          if (open.has(`run_late/${name}/${runId}`) && isOver(status.finishedAt, 0)) {
            return `run ${runId} is not late any more`;
          }
          continue;
        }
        if (plan.trigger === 'backfill') continue;
        const waitsSince = new Date(Math.max(due.getTime(), Number(events.at(-1)?.at ?? 0)));
        if (status.state === 'queued' && isOver(waitsSince, policy.startWithinSeconds + jitter)) {
          if (!open.has(`run_not_started/${name}/${runId}`)) return `run ${runId} waits too long`;
        }
        // One that had finished is late from when it goes on.
        const goesOn = events.findLast(({ event }) => event.type === 'retry_requested')?.at ?? due;
        if (isOver(due, finishWithinSeconds + jitter) && isOver(goesOn, 0)) {
          if (!open.has(`run_late/${name}/${runId}`)) return `run ${runId} is late`;
        }
      }

      for (const [key, ends] of finished) {
        const last = (state: string) =>
          Math.max(0, ...ends.filter((end) => end.state === state).map(({ at }) => at.getTime()));
        const [failed, succeeded] = [last('failed'), last('succeeded')];
        const alarm = open.get(key);
        // What failed by a clock that was slow, before anybody watched, raises nothing.
        const isDue = failed >= from && failed > succeeded && isOver(new Date(failed), 0);
        if (isDue && !alarm) return `${key}: no alarm`;
        const hasRecovered = alarm && succeeded > failed && succeeded >= alarm.since.getTime();
        if (hasRecovered && isOver(new Date(succeeded), 0)) {
          return `${key} has recovered, and its alarm is open`;
        }
      }
      return undefined;
    };

    /** Whether somebody has started a run instead of the one that is missing. */
    function isMadeUpFor(pipeline: string, runDate: string, since: Date): boolean {
      return [...runs.values()].some(
        ({ plan }) =>
          plan.pipeline.name === pipeline &&
          plan.runDate === runDate &&
          plan.createdAt >= since &&
          ['manual', 'rerun', 'backfill'].includes(plan.trigger),
      );
    }
  },
};
