import { epochDay, isoDateOf } from '@triad/shared/clock/epoch-day.ts';
import type { BackfillDate } from '@triad/shared/contracts/backfill.ts';
import type { Interval } from '@triad/shared/contracts/interval.ts';
import type { Pipeline } from '@triad/shared/contracts/pipeline.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { DatedRun } from '@triad/shared/state/backfill-store.ts';
import { expectedTicks, isScheduled, type ScheduledPipeline } from '../schedule/expected-ticks.ts';
import { instantOf } from '../schedule/wall-clock.ts';

/** Most runs that one backfill makes. */
const MOST = 10_000;

interface Covered {
  runDate: string;
  interval: Interval | null;
}

/**
 * What the runs of a range of run dates cover: the occurrences of the schedule up to `now`, or
 * each day when there is none. The first and last day of the schedule do not count: a backfill
 * asks for what the schedule did not do. Errors: `INPUT_INVALID` for an empty or a too long range.
 */
export function backfillDates(pipeline: Pipeline, from: string, to: string, now: Date): Covered[] {
  if (from > to) throw invalid('to', `expected ${from}, which is from, or later, got ${to}`);
  const covered = isScheduled(pipeline) ? ofSchedule(pipeline, from, to, now) : ofDays(from, to);
  const dates = [...covered.take(MOST + 1)];
  if (dates.length > MOST) throw invalid('to', `expected a range of at most ${MOST} runs`);
  if (dates.length === 0) {
    throw invalid('from, to', `the schedule does not fire from ${from} to ${to}, or not yet`);
  }
  return dates;
}

function* ofDays(from: string, to: string): Generator<Covered> {
  for (let day = epochDay(from); day <= epochDay(to); day += 1) {
    yield { runDate: isoDateOf(day), interval: null };
  }
}

function* ofSchedule(
  pipeline: ScheduledPipeline,
  from: string,
  to: string,
  now: Date,
): Generator<Covered> {
  const { cron, timezone, ...rest } = pipeline.schedule;
  const endless = { ...rest, cron, timezone, startDate: undefined, endDate: undefined };
  const after = new Date(instantOf(timezone, Date.parse(from)) - 1);
  for (const tick of expectedTicks({ ...pipeline, schedule: endless }, after)) {
    if (tick.runDate > to || tick.occurrence > now) return;
    const interval = {
      start: tick.intervalStart.toISOString(),
      end: tick.occurrence.toISOString(),
    };
    yield { runDate: tick.runDate, interval };
  }
}

/**
 * Which of the dates have a run. One that covers no interval counts for its run date, if the
 * schedule fires only once on it.
 *
 * @param runs newest first
 */
export function withExisting(
  dates: Covered[],
  runs: DatedRun[],
  onlyMissing: boolean,
): BackfillDate[] {
  const ofDay = Map.groupBy(dates, ({ runDate }) => runDate);
  const byCover = Map.groupBy(runs, (run) => run.interval?.end ?? run.runDate);
  return dates.map(({ runDate, interval }) => {
    const isOnly = ofDay.get(runDate)?.length === 1;
    const same = interval ? (byCover.get(interval.end) ?? []) : [];
    const sameDay = isOnly ? (byCover.get(runDate) ?? []) : [];
    const found = [...same, ...sameDay].toSorted((a, b) => (a.runId < b.runId ? 1 : -1));
    const best = found.find(({ state }) => state === 'succeeded') ?? found[0];
    const existing = best ? { runId: best.runId, state: best.state } : null;
    return { runDate, interval, existing, isIncluded: !onlyMissing || best?.state !== 'succeeded' };
  });
}

const invalid = (field: string, expected: string) =>
  new TriadError('INPUT_INVALID', { where: 'backfill', field, expected });
