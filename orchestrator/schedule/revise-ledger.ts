import type { ExpectedTick, PlannedSchedule, Tick } from '@triad/shared/state/tick-ledger.ts';
import { expectedTick, type ScheduledPipeline } from './expected-ticks.ts';
import { isOccurrence } from './occurrences.ts';
import { instantOf } from './wall-clock.ts';

/** What must change in the ledger before ticks after `through` are written. */
export interface Revision {
  /** From where on occurrences are written. */
  through: Date;
  withdrawn: Date[];
  dropped: Date[];
  expected: ExpectedTick[];
}

/**
 * Brings the ticks of an edited schedule in line with it. The edit counts from now on: ticks to
 * come are written anew, and those whose time has come stay if the new schedule has them too.
 */
export function reviseLedger(
  pipeline: ScheduledPipeline,
  row: PlannedSchedule,
  expected: Tick[],
  now: Date,
): Revision {
  const through = row.through < now ? row.through : now;
  const revision: Revision = { through, withdrawn: [], dropped: [], expected: [] };
  for (const { occurrence, dueAt } of expected) {
    const isPast = occurrence <= through;
    const stays = isPast && isOccurrence(pipeline.schedule, occurrence);
    if (stays) revision.expected.push(expectedTick(pipeline, occurrence));
    if (stays || dueAt > now) revision.withdrawn.push(occurrence);
    else revision.dropped.push(occurrence);
  }
  return revision;
}

/**
 * From where a schedule that was never seen is written: what came before it existed is not made
 * up for, except from its first day on, and within its window, when it catches up on all.
 */
export function beginningOf({ schedule }: ScheduledPipeline, now: Date): Date {
  const { catchUp, startDate, timezone, catchUpWindowSeconds } = schedule;
  if (catchUp !== 'all' || startDate === undefined) return now;
  const firstDay = instantOf(timezone, Date.parse(startDate)) - 1;
  const window = now.getTime() - catchUpWindowSeconds * 1000 - 1;
  return new Date(Math.min(now.getTime(), Math.max(firstDay, window)));
}
