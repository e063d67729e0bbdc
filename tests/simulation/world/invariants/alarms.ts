import type { Invariant } from './invariant.ts';

/** How long after something is wrong its alarm must be open, in milliseconds. */
const GRACE_MS = 60_000;

export const alarmsFire: Invariant = {
  name: 'what is missing, late or failed has its alarm, what recovered has none',
  on: ['minute'],
  of({ runs, ledger, alarms, pipelines, watchesAlarms }) {
    if (!watchesAlarms) return () => undefined;
    return async (happening) => {
      if (happening.what !== 'minute') return undefined;
      const { now } = happening;
      const isOver = (since: Date, seconds: number) =>
        since.getTime() + 1000 * seconds + GRACE_MS < now;
      const open = new Map((await alarms.openAlarms()).map((alarm) => [alarm.key, alarm]));

      for (const { name, alarms: policy, schedule } of pipelines) {
        const limit = policy.startWithinSeconds + (schedule?.jitterSeconds ?? 0);
        const ticks = await ledger.list({ pipeline: name, state: 'expected', limit: 1000 });
        for (const { occurrence, runDate } of ticks) {
          if (!isOver(occurrence, limit)) continue;
          if (!open.has(`run_missing/${name}/${runDate}`)) return `a missing run of ${name}`;
        }
      }

      const finished = new Map<string, { at: Date; state: string }[]>();
      for (const [runId, { plan, status, tick }] of runs) {
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
        } else if (plan.trigger !== 'backfill' && isOver(due, finishWithinSeconds + jitter)) {
          if (!open.has(`run_late/${name}/${runId}`)) return `run ${runId} is late`;
        }
      }

      for (const [key, ends] of finished) {
        const last = (state: string) =>
          Math.max(0, ...ends.filter((end) => end.state === state).map(({ at }) => at.getTime()));
        const [failed, succeeded] = [last('failed'), last('succeeded')];
        const alarm = open.get(key);
        if (failed > succeeded && isOver(new Date(failed), 0) && !alarm) return `${key}: no alarm`;
        const isMadeUpFor = alarm && succeeded > failed && succeeded >= alarm.since.getTime();
        if (isMadeUpFor && isOver(new Date(succeeded), 0)) {
          return `${key} has recovered, and its alarm is open`;
        }
      }
      return undefined;
    };
  },
};
