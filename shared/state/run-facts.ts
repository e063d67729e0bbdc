import type { RunEvent } from '../contracts/run-event.ts';
import type { RunTrigger } from '../contracts/run-trigger.ts';
import type { RunState } from '../contracts/run-view.ts';
import type { ErrorReport } from '../errors/triad-error.ts';

/** A run that was created and has not finished. */
export interface UnfinishedRun {
  runId: string;
  pipeline: string;
  runDate: string;
  state: RunState;
  trigger: RunTrigger;
  /** When its tick was due; without a tick, when it was created. */
  dueAt: Date;
}

/** A run of a pipeline for a run date. */
export interface DatedRun {
  runId: string;
  pipeline: string;
  runDate: string;
  state: RunState;
  trigger: RunTrigger;
  createdAt: Date;
  finishedAt: Date | null;
  error: ErrorReport | null;
  /** Where the data interval that it covers ends; null without one. */
  intervalEnd: Date | null;
}

/** The messages to one subscription that were given up. */
export interface DeadLetterCount {
  subscription: string;
  count: number;
  oldest: Date;
}

/** What a watcher must know of the runs, read from the state and nowhere else. */
export interface RunFacts {
  unfinishedRuns(): Promise<UnfinishedRun[]>;
  /** Failed runs that finished at `from` or later: their pipeline and run date. */
  failuresSince(from: Date): Promise<{ pipeline: string; runDate: string }[]>;
  /** Oldest first. */
  runsOf(pipeline: string, runDate: string): Promise<DatedRun[]>;
  /** When the newest run of the pipeline succeeded. */
  newestSuccess(pipeline: string): Promise<Date | undefined>;
  /** The firings in (`after`, `until`] that made a run, or that the ledger says why not of. */
  answeredFirings(pipeline: string, after: Date, until: Date): Promise<Date[]>;
  /** In their order. */
  eventsOf(runId: string): Promise<{ at: Date; event: RunEvent }[]>;
  deadLetterCounts(): Promise<DeadLetterCount[]>;
}
