import type { PipelineSchedule } from '@triad/shared/contracts/schedule.ts';
import { Cron } from 'croner';
import { dayIn, instantOf, wallClock } from './wall-clock.ts';

type Timing = Pick<PipelineSchedule, 'cron' | 'timezone'> &
  Partial<Pick<PipelineSchedule, 'startDate' | 'endDate'>>;

/**
 * The occurrences of a schedule after an instant, in order, first and last day considered.
 *
 * When the clocks change, it depends on the hour field. Without a `*` each local time that it
 * names fires once a day: of a time that comes twice the first counts, and times that the clocks
 * jump over fire once, together, when they have jumped. With a `*` (hourly, every two hours) every
 * local time that matches fires, as often as the clocks show it: each hour that really passes.
 */
export function* occurrences(schedule: Timing, after: Date): Generator<Date, void, undefined> {
  const { startDate, endDate, timezone } = schedule;
  const from = startDate === undefined ? after : laterOf(after, startOf(startDate, timezone));
  for (const at of cronOccurrences(schedule, from)) {
    if (endDate !== undefined && dayIn(timezone, at) > endDate) return;
    yield at;
  }
}

/** Of the expression alone, the occurrence before `at`; `at` itself when there is none. */
export function previousOccurrence(schedule: Timing, at: Date): Date {
  // Looked for forwards from ever further back, so that there is one rule for both directions.
  for (let back = 2 * minuteMs; back < 100 * 366 * dayMs; back *= 8) {
    let previous: Date | undefined;
    for (const candidate of cronOccurrences(schedule, new Date(at.getTime() - back))) {
      if (candidate >= at) break;
      previous = candidate;
    }
    if (previous) return previous;
  }
  return at;
}

/** Whether the schedule fires at this very instant. */
export function isOccurrence(schedule: Timing, at: Date): boolean {
  const next = occurrences(schedule, new Date(at.getTime() - 1)).next().value;
  return next?.getTime() === at.getTime();
}

/** Strictly increasing. */
function* cronOccurrences({ cron, timezone }: Timing, after: Date): Generator<Date> {
  const isFixed = !cron.trim().split(/\s+/)[1]?.includes('*');
  if (!isFixed) {
    yield* allOf(parsedCron(cron, { timezone }), after);
    return;
  }
  // Local times are read as if they were UTC, in which no time is missing or comes twice.
  const wallTimes = parsedCron(cron, { utcOffset: 0 });
  let last = after.getTime();
  for (const wall of allOf(wallTimes, new Date(wallClock(timezone, last)))) {
    const instant = instantOf(timezone, wall.getTime());
    if (instant <= last) continue;
    last = instant;
    yield new Date(instant);
  }
}

/** What is parsed, and found after an instant, knows no present: it is kept. */
interface ParsedCron {
  cron: Cron;
  /** By the instant after which it was looked for; null where there is no more. */
  found: Map<number, Date | null>;
}

const parsed = new Map<string, ParsedCron>();
/** Most instants that are kept of an expression. */
const FOUND = 1000;

/** An offset is far faster than the zone `UTC`. */
function parsedCron(expression: string, zone: { timezone: string } | { utcOffset: 0 }): ParsedCron {
  const key = `${JSON.stringify(zone)} ${expression}`;
  let known = parsed.get(key);
  if (!known) {
    const cron = new Cron(expression, { ...zone, mode: '5-part', paused: true });
    known = { cron, found: new Map() };
    parsed.set(key, known);
  }
  return known;
}

/** Many schedules share an expression, and their next occurrences are looked for at one time. */
function nextOf({ cron, found }: ParsedCron, after: Date): Date | null {
  const known = found.get(after.getTime());
  if (known !== undefined) return known;
  const next = cron.nextRun(after);
  if (found.size === FOUND) found.clear();
  found.set(after.getTime(), next);
  return next;
}

function* allOf(cron: ParsedCron, after: Date): Generator<Date> {
  for (let next = nextOf(cron, after); next; next = nextOf(cron, next)) yield next;
}

const minuteMs = 60_000;
const dayMs = 86_400_000;
/** The millisecond before the day begins. */
const startOf = (date: string, zone: string) => new Date(instantOf(zone, Date.parse(date)) - 1);
const laterOf = (a: Date, b: Date) => (a > b ? a : b);
