import { alarmPolicy } from '@triad/shared/contracts/alarm-policy.ts';
import type { Pipeline } from '@triad/shared/contracts/pipeline.ts';
import type { Alarm, AlarmWatch } from '@triad/shared/state/alarm-store.ts';
import type { RunFacts, UnfinishedRun } from '@triad/shared/state/run-facts.ts';
import type { DateOutcome, Firing, PipelineFacts, SensorTrouble } from './alarm-facts.ts';
import { lookAtFirings } from './look-at-firings.ts';
import { startLimitMs } from './rules/run-missing.ts';
import { stepProgress } from './step-progress.ts';

/** What failed or was missed longer ago is no longer looked at, in milliseconds: seven days. */
export const lookBackMs = 7 * 86_400_000;

/** What is known before a pipeline is looked at. */
export interface PipelineSubject {
  now: Date;
  name: string;
  /** Undefined when it is no longer defined but has runs or alarms. */
  pipeline: Pipeline | undefined;
  watch: AlarmWatch | undefined;
  unfinished: UnfinishedRun[];
  /** Run dates with a failed run. */
  failedDates: string[];
  open: Alarm[];
  sensors: SensorTrouble[];
}

export interface GatheredFacts {
  facts: PipelineFacts;
  /** Up to when all firings have been looked at; null when none was due. */
  checkedUntil: Date | null;
}

/** Collects what the rules must know of one pipeline. */
export async function gatherFacts(
  runFacts: RunFacts,
  subject: PipelineSubject,
): Promise<GatheredFacts> {
  const { now, name, pipeline, watch } = subject;
  const policy = pipeline?.alarms ?? alarmPolicy.parse({});
  const jitterSeconds = pipeline?.schedule?.jitterSeconds ?? 0;
  const until = new Date(now.getTime() - startLimitMs({ policy, jitterSeconds }));
  const firings = await firingsOf(runFacts, subject, until);
  const unfinished = [];
  for (const run of subject.unfinished) {
    unfinished.push({ ...run, steps: stepProgress(await runFacts.eventsOf(run.runId)) });
  }
  const newestSuccess =
    policy.staleAfterSeconds === undefined ? undefined : await runFacts.newestSuccess(name);
  return {
    checkedUntil: firings.length > 0 ? until : null,
    facts: {
      now,
      pipeline: name,
      policy,
      jitterSeconds,
      watchedSince: watch?.since ?? now,
      firings,
      unfinished,
      outcomes: await outcomesOf(runFacts, subject),
      newestSuccess: newestSuccess ?? null,
      sensors: subject.sensors,
    },
  };
}

/** Firings that were not looked at before, and again those since the oldest that was missing. */
async function firingsOf(
  runFacts: RunFacts,
  { now, name, pipeline, watch, open }: PipelineSubject,
  until: Date,
): Promise<Firing[]> {
  if (!pipeline?.schedule || !watch) return [];
  const missing = open
    .filter(({ kind }) => kind === 'run_missing')
    .map(({ since }) => since.getTime() - 1);
  const unsettled = Math.min(watch.checkedUntil.getTime(), ...missing);
  const after = Math.max(unsettled, watch.since.getTime(), now.getTime() - lookBackMs);
  return lookAtFirings(runFacts, { name, schedule: pipeline.schedule }, new Date(after), until);
}

async function outcomesOf(
  runFacts: RunFacts,
  { now, name, failedDates, open }: PipelineSubject,
): Promise<DateOutcome[]> {
  const failures = new Map<string, Alarm>();
  for (const alarm of open) {
    if (alarm.kind !== 'run_failed' || alarm.runDate === null) continue;
    if (now.getTime() - alarm.since.getTime() < lookBackMs) failures.set(alarm.runDate, alarm);
  }
  const outcomes: DateOutcome[] = [];
  for (const runDate of new Set([...failedDates, ...failures.keys()])) {
    const runs = await runFacts.runsOf(name, runDate);
    outcomes.push({ runDate, runs, open: failures.get(runDate) ?? null });
  }
  return outcomes;
}
