import type { PipelineSchedule } from '@triad/shared/contracts/schedule.ts';
import { occurrences } from '../schedule/occurrences.ts';
import { dayIn } from '../schedule/wall-clock.ts';

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
  const expected: Occurrence[] = [];
  for (const at of occurrences(schedule, after)) {
    if (at > until) break;
    expected.push({ at, runDate: dayIn(schedule.timezone, at) });
  }
  return expected;
}
