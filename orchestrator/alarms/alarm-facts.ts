import type { AlarmPolicy } from '@triad/shared/contracts/alarm-policy.ts';
import type { ErrorReport } from '@triad/shared/errors/triad-error.ts';
import type { Alarm } from '@triad/shared/state/alarm-store.ts';
import type { DatedRun, DeadLetterCount, UnfinishedRun } from '@triad/shared/state/run-facts.ts';

/** A firing that follows from the definition of a schedule, whatever any ledger says. */
export interface Firing {
  at: Date;
  runDate: string;
  /** Whether there is a run for it, or a recorded reason to have none. */
  isAnswered: boolean;
}

/** A step of an unfinished run that was begun and has not ended. */
export interface StepProgress {
  step: string;
  since: Date;
  /** Since the last retry of the run. */
  attempts: number;
  /** Why the last attempt that ended failed. */
  error: ErrorReport | null;
  /** Until when somebody has to decide it; null for a step that waits for nobody. */
  decisionBy: Date | null;
}

export interface RunProgress extends UnfinishedRun {
  steps: StepProgress[];
}

/** All runs of a run date for which one has failed. */
export interface DateOutcome {
  runDate: string;
  runs: DatedRun[];
  /** The alarm that is open because of it. */
  open: Alarm | null;
}

/** What a sensor has met with since it last could look. */
export interface SensorTrouble {
  sensor: string;
  since: Date;
  failures: number;
  error: ErrorReport;
}

/** Everything the rules know of a pipeline. */
export interface PipelineFacts {
  now: Date;
  pipeline: string;
  policy: AlarmPolicy;
  /** How much later than its firing a run may be due, in seconds. */
  jitterSeconds: number;
  /** What went wrong before is not looked at. */
  watchedSince: Date;
  firings: Firing[];
  unfinished: RunProgress[];
  outcomes: DateOutcome[];
  newestSuccess: Date | null;
  sensors: SensorTrouble[];
}

/** Everything the rules know of the system as a whole. */
export interface SystemFacts {
  deadLetters: DeadLetterCount[];
}
