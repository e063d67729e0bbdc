import type { PipelineSchedule } from '@triad/shared/contracts/schedule.ts';
import { Cron } from 'croner';

export interface Occurrence {
  at: Date;
  /** The calendar day of `at` in the schedule's zone. */
  runDate: string;
}

/**
 * When a schedule fires in (`after`, `until`], in order: from its definition alone, so that
 * neither a scheduler nor its ledger is believed.
 */
export function expectedOccurrences(
  schedule: PipelineSchedule,
  after: Date,
  until: Date,
): Occurrence[] {
  const { cron, timezone, startDate, endDate } = schedule;
  // The Canadian locale writes a date as ISO 8601 does.
  const day = new Intl.DateTimeFormat('en-CA', { timeZone: timezone, dateStyle: 'short' });
  const expression = new Cron(cron, { timezone, paused: true });
  const occurrences: Occurrence[] = [];
  for (let at = expression.nextRun(after); at && at <= until; at = expression.nextRun(at)) {
    const runDate = day.format(at);
    if (startDate !== undefined && runDate < startDate) continue;
    if (endDate !== undefined && runDate > endDate) break;
    occurrences.push({ at, runDate });
  }
  return occurrences;
}
