import type { Pipeline } from '@triad/shared/contracts/pipeline.ts';
import { Cron } from 'croner';

export interface TickTime {
  dueAt: Date;
  /** The calendar day of `dueAt` in the schedule's zone: the end of the interval it covers. */
  runDate: string;
}

/** The first firing of the pipeline's schedule after `after`; `undefined` without a schedule. */
export function nextTick({ schedule }: Pipeline, after: Date): TickTime | undefined {
  if (!schedule) return undefined;
  const { cron, timezone } = schedule;
  const dueAt = new Cron(cron, { timezone, paused: true }).nextRun(after);
  return dueAt ? { dueAt, runDate: dayIn(timezone, dueAt) } : undefined;
}

function dayIn(timezone: string, instant: Date): string {
  // The Canadian locale writes a date as ISO 8601 does.
  return new Intl.DateTimeFormat('en-CA', { timeZone: timezone, dateStyle: 'short' }).format(
    instant,
  );
}
