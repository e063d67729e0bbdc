import type { Tick } from '@triad/shared/state/tick-ledger.ts';
import { occurrences } from '../../../../orchestrator/schedule/occurrences.ts';
import type { Invariant } from './invariant.ts';

const nameOf = ({ pipeline, occurrence }: Pick<Tick, 'pipeline' | 'occurrence'>) =>
  `tick ${pipeline} ${occurrence.toISOString()}`;

/** Why a tick may have no run. */
const isReason = /^(paused$|missed: |overlap: )/;

/** A tick is not missed before it is so late, in milliseconds. */
const LATE_MS = 60_000;

export const oneRunPerTick: Invariant = {
  name: 'each expected tick has one run or one recorded skip',
  on: ['run created', 'ticks changed', 'rest'],
  of({ runs, ledger, from, until, pipelines }) {
    const runOf = new Map<string, string>();
    const ended = new Map<string, string>();
    return async (happening) => {
      if (happening.what === 'run created' && happening.run.tick) {
        const name = nameOf(happening.run.tick);
        const earlier = runOf.get(name);
        if (earlier) return `${name} has two runs, ${earlier} and ${happening.run.plan.runId}`;
        if (ended.has(name)) return `${name} fires although it was ${ended.get(name)}`;
        runOf.set(name, happening.run.plan.runId);
        return undefined;
      }
      if (happening.what === 'ticks changed') {
        const { ticks, latest } = happening;
        for (const tick of ticks) {
          if (tick.state === 'expected') continue;
          const name = nameOf(tick);
          const end = tick.state === 'fired' ? `fired as ${tick.runId}` : `skipped: ${tick.reason}`;
          const earlier = ended.get(name);
          if (earlier === end) continue;
          if (earlier) return `${name} was ${earlier} and is ${end}`;
          if (tick.state === 'skipped' && !isReason.test(tick.reason ?? ''))
            return `${name} ${end}`;
          if (tick.reason?.startsWith('missed: ') && tick.dueAt.getTime() + LATE_MS > latest)
            return `${name} ${end}, and was not missed`;
          if (tick.state === 'skipped' && runOf.has(name)) return `${name} has a run and is ${end}`;
          if (tick.state === 'fired' && runOf.get(name) !== tick.runId) {
            return `${name} is ${end}, and its run is ${runOf.get(name)}`;
          }
          ended.set(name, end);
        }
        return undefined;
      }
      if (happening.what !== 'rest') return undefined;
      const rows = new Map((await ledger.list({ limit: 10_000 })).map((t) => [nameOf(t), t]));
      for (const { name: pipeline, schedule } of pipelines) {
        if (!schedule) continue;
        for (const occurrence of occurrences(schedule, new Date(from))) {
          if (occurrence.getTime() + schedule.jitterSeconds * 1000 > until) break;
          const name = nameOf({ pipeline, occurrence });
          const row = rows.get(name);
          if (!row) return `${name} has no row`;
          if (row.state === 'expected') return `${name} neither fired nor was skipped`;
          if (row.state === 'fired' && !runs.has(row.runId ?? '')) return `${name} has no run`;
        }
      }
      return undefined;
    };
  },
};
