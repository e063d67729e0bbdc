import type { PipelineSchedule } from '@triad/shared/contracts/schedule.ts';
import type { DatedRun, RunFacts } from '@triad/shared/state/run-facts.ts';
import type { Firing } from './alarm-facts.ts';
import { expectedOccurrences, type Occurrence } from './expected-occurrences.ts';

/** The firings of a schedule in (`after`, `until`], each with whether anything came of it. */
export async function lookAtFirings(
  facts: Pick<RunFacts, 'answeredFirings' | 'runsOf'>,
  { name, schedule }: { name: string; schedule: PipelineSchedule },
  after: Date,
  until: Date,
): Promise<Firing[]> {
  const occurrences = expectedOccurrences(schedule, after, until);
  if (occurrences.length === 0) return [];
  const answered = await facts.answeredFirings(name, after, until);
  const answeredAt = new Set(answered.map((at) => at.getTime()));
  const runs = new Map<string, DatedRun[]>();
  const firings: Firing[] = [];
  for (const occurrence of occurrences) {
    const { at, runDate } = occurrence;
    let isAnswered = answeredAt.has(at.getTime());
    if (!isAnswered) {
      // The ledger may have lost the firing, or somebody has made up for it.
      const dated = runs.get(runDate) ?? (await facts.runsOf(name, runDate));
      runs.set(runDate, dated);
      isAnswered = dated.some((run) => answers(run, occurrence));
    }
    firings.push({ at, runDate, isAnswered });
  }
  return firings;
}

function answers(run: DatedRun, { at }: Occurrence): boolean {
  if (run.intervalEnd) return run.intervalEnd.getTime() === at.getTime();
  const isAskedFor = ['manual', 'rerun', 'backfill'].includes(run.trigger);
  return isAskedFor && run.createdAt >= at;
}
