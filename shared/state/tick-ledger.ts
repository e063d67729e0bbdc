import type { RunState } from '../contracts/run-view.ts';

export const tickStates = ['expected', 'fired', 'skipped'] as const;
export type TickState = (typeof tickStates)[number];

/** What names a tick: no two ticks of a pipeline have the same occurrence. */
export interface TickKey {
  pipeline: string;
  /** When the cron expression says so, and the end of the interval that the run covers. */
  occurrence: Date;
}

/** A firing that a schedule promises. */
export interface ExpectedTick extends TickKey {
  /** The occurrence before; the interval is half-open, this instant included. */
  intervalStart: Date;
  /** The occurrence with its jitter. */
  dueAt: Date;
  /** The calendar day of the occurrence in the schedule's zone. */
  runDate: string;
}

export interface Tick extends ExpectedTick {
  state: TickState;
  /** Why it was skipped; null otherwise. */
  reason: string | null;
  /** Null until it fired. */
  runId: string | null;
}

/** How far the ledger of a pipeline is written. */
export interface PlannedSchedule {
  pipeline: string;
  /** Hash of what the occurrences follow from. */
  fingerprint: string;
  /** Every occurrence up to this one, itself included, has its row. */
  through: Date;
}

/** Writes ticks ahead, and takes back those that no longer belong to the schedule. */
export interface TickPlan {
  /** What the plan was made from; null for a schedule that was never seen. */
  seen: PlannedSchedule | null;
  next: PlannedSchedule;
  /** Expected ticks to delete: their time had not come, so nobody missed them. */
  withdrawn: Date[];
  /** Expected ticks that the schedule dropped after their time had come: they stay, as skipped. */
  dropped: { occurrences: Date[]; reason: string };
  /** New ticks; one whose occurrence has a row already changes nothing. */
  expected: ExpectedTick[];
}

export interface Pause {
  pipeline: string;
  at: Date;
  by: string;
  reason: string;
}

export interface TickFilter {
  pipeline?: string;
  state?: TickState;
  /** Only ticks whose occurrence is earlier; with a pipeline, also those listed after this tick. */
  before?: { occurrence: Date; pipeline?: string };
  limit: number;
}

/**
 * The ledger of expected ticks: a row for each firing before it is due, and for each firing that
 * did not happen the reason. Every method is one transaction. A tick fires in
 * `StateStore.createRun`, together with its run.
 */
export interface TickLedger {
  planned(pipeline?: string): Promise<PlannedSchedule[]>;
  /** Ticks that neither fired nor were skipped, oldest first. */
  expected(pipeline?: string): Promise<Tick[]>;
  /** `false`, and nothing stored, when the schedule is no longer as it was seen. */
  plan(plan: TickPlan): Promise<boolean>;
  /** Forgets a schedule: its ticks to come are deleted, those that were due by `now` are skipped. */
  forget(pipeline: string, now: Date, reason: string): Promise<void>;

  /** Expected ticks that are due by `now`, oldest first. */
  due(now: Date): Promise<Tick[]>;
  /** When the first expected tick after `now` is due. */
  nextDue(now: Date): Promise<Date | undefined>;
  /** Ends expected ticks of a pipeline without a run; those that ended before stay as they are. */
  skip(pipeline: string, occurrences: Date[], reason: string): Promise<void>;
  /** Unfinished runs of ticks of the pipeline before this one, oldest first. */
  unfinishedBefore(tick: TickKey): Promise<{ runId: string; state: RunState }[]>;
  /** Newest occurrence first, those of one instant by pipeline. */
  list(filter: TickFilter): Promise<Tick[]>;

  /** `false` when the pipeline is paused already. */
  pause(pause: Pause): Promise<boolean>;
  /** Ends a pause; expected ticks that are due by `now` are skipped as `paused`. `false` without one. */
  resume(pipeline: string, now: Date): Promise<boolean>;
  pauses(): Promise<Pause[]>;
}
