import type { PipelineSchedule } from '@triad/shared/contracts/schedule.ts';
import type { Tick } from '@triad/shared/state/tick-ledger.ts';

/** A tick that is later than this was missed, in milliseconds: its process was down or slept. */
const LATE_MS = 60_000;

export interface CaughtUp {
  /** Oldest first. */
  fire: Tick[];
  /** By reason. To be recorded before anything fires: what is left after a crash is decided anew. */
  skip: Map<string, Tick[]>;
}

/** Which of the due ticks of a pipeline fire now, and why the others do not. */
export function catchUp(
  { catchUp: policy, catchUpWindowSeconds }: PipelineSchedule,
  due: Tick[],
  now: Date,
): CaughtUp {
  const sorted = due.toSorted((a, b) => a.occurrence.getTime() - b.occurrence.getTime());
  const newest = sorted.at(-1);
  const skipReason = (tick: Tick): string | undefined => {
    const lateMs = now.getTime() - tick.dueAt.getTime();
    if (lateMs <= LATE_MS) return undefined;
    if (policy === 'none') return 'missed: the schedule does not catch up';
    if (lateMs > catchUpWindowSeconds * 1000) {
      return `missed: longer ago than the catch-up window of ${catchUpWindowSeconds} s`;
    }
    const isMadeUpFor = policy === 'all' || tick === newest;
    return isMadeUpFor ? undefined : 'missed: the schedule catches up on the last tick only';
  };
  const reasons = new Map(sorted.map((tick) => [tick, skipReason(tick)]));
  const skipped = sorted.filter((tick) => reasons.get(tick) !== undefined);
  return {
    fire: sorted.filter((tick) => reasons.get(tick) === undefined),
    skip: Map.groupBy(skipped, (tick) => reasons.get(tick) ?? ''),
  };
}
