import type { CloudEvent } from '../contracts/cloud-event.ts';
import type { RunEvent, StepResult } from '../contracts/run-event.ts';
import type { RunPlan } from '../contracts/run-plan.ts';
import type { RunTrigger } from '../contracts/run-trigger.ts';
import type { RunState } from '../contracts/run-view.ts';
import type { ErrorReport } from '../errors/triad-error.ts';
import type { TickKey } from './tick-ledger.ts';

export interface RecordedEvent {
  /** From 1, without gaps within a run. */
  seq: number;
  at: Date;
  event: RunEvent;
}

export interface StoredRun {
  plan: RunPlan;
  events: readonly RecordedEvent[];
}

/** The columns of a run that lists show, kept equal to the fold of its events. */
export interface RunRow {
  runId: string;
  pipeline: string;
  runDate: string;
  state: RunState;
  trigger: RunTrigger;
  priority: number;
  createdAt: Date;
  finishedAt: Date | null;
  error: ErrorReport | null;
}

export interface RunFilter {
  pipeline?: string;
  state?: RunState;
  /** Without it and without a pipeline, all but the looks of sensors, which are many. */
  trigger?: RunTrigger;
  /** Run dates, both inclusive. */
  runDateFrom?: string;
  runDateTo?: string;
  /** From this instant on. */
  createdFrom?: Date;
  /** Before this instant. */
  createdTo?: Date;
  /** Part of the run's id or of its error code, in any case. */
  text?: string;
  /** Only runs created before this one. */
  before?: string;
  limit: number;
}

/** One of the places of a pool, from 0. */
export interface PoolSlot {
  pool: string;
  slot: number;
}

/** A run with a step that waits for a slot of a pool. */
export interface PoolWait {
  pool: string;
  runId: string;
  priority: number;
}

/** An attempt whose result may stand for an equal one. */
export interface CachedStep {
  /** Content hash of everything that the result follows from. */
  key: string;
  runId: string;
  step: string;
  attempt: number;
  result: StepResult;
  /** How long the attempt took, in milliseconds. */
  durationMs: number;
  at: Date;
}

/** Queued runs of a pipeline, or those of them with one trigger. */
export interface QueuedFilter {
  pipeline: string;
  trigger?: RunTrigger;
}

export interface ActiveCount {
  pipeline: string;
  trigger: RunTrigger;
  count: number;
}

/** An attempt that was dispatched and has not ended. */
export interface InFlight {
  commandId: string;
  runId: string;
  step: string;
  attempt: number;
  dispatchedAt: Date;
  /** What it holds of the pools, until it ends; no two attempts hold the same slot. */
  slots: PoolSlot[];
}

export interface OutboxMessage {
  id: string;
  topic: string;
  event: CloudEvent;
}

/** What one decision changes. Applied in one transaction, or not at all. */
export interface RunChange {
  events: { at: Date; event: RunEvent }[];
  state: RunState;
  finishedAt: Date | null;
  error: ErrorReport | null;
  dispatched: InFlight[];
  /** Command ids that are no longer in flight. */
  ended: string[];
  outbox: OutboxMessage[];
  /** Until then the caller publishes them, and nobody else gets them. @default nobody has them */
  takenUntil?: Date;
  /** The pools that steps of this run now wait for, in place of those they waited for before. */
  waits: string[];
  /** Results that later runs may reuse. */
  cached: CachedStep[];
  /** Of a change that admits a run: the `admissionRevision` before the active runs were counted. */
  admission?: number;
}

/** The orchestrator's memory. Every method is one transaction. */
export interface StateStore {
  /**
   * Stores a new run. With a tick, the tick fires with it by compare-and-set: `false`, and nothing
   * stored, when the tick has fired already, or when there is a run of the same cause.
   */
  createRun(plan: RunPlan, tick?: TickKey): Promise<boolean>;
  /**
   * Applies `change` to a run that has exactly `seenEvents` events. `false`, and nothing stored,
   * when someone else was faster, a slot is taken or another run was admitted meanwhile.
   */
  applyChange(runId: string, seenEvents: number, change: RunChange): Promise<boolean>;
  getRun(runId: string): Promise<StoredRun | undefined>;
  /** The id of the run that answers a cause. */
  runOfCause(cause: string): Promise<string | undefined>;
  /** Newest first. */
  listRuns(filter: RunFilter): Promise<RunRow[]>;
  /** Ids of the runs that were admitted and have not finished: highest priority first, then oldest first. */
  activeRuns(): Promise<string[]>;
  /** The run that is first to be admitted, of those that none of `held` matches. */
  nextQueued(held: QueuedFilter[]): Promise<RunPlan | undefined>;
  /** How many runs were admitted and have not finished. */
  activeCounts(): Promise<ActiveCount[]>;
  /** The run of the newest tick of a pipeline before `occurrence` that made a run. */
  previousTickRun(pipeline: string, occurrence: Date): Promise<RunRow | undefined>;
  /** Grows with every run that is admitted. */
  admissionRevision(): Promise<number>;
  inFlight(): Promise<InFlight[]>;
  /** In the order in which the waiting runs are to be served. */
  poolWaits(): Promise<PoolWait[]>;
  cachedStep(key: string): Promise<CachedStep | undefined>;

  /** What the outbox holds, oldest first. */
  unpublished(limit: number): Promise<OutboxMessage[]>;
  /** Of that, what nobody else has; no other caller gets it before `until`. */
  takeUnpublished(now: Date, until: Date, limit: number): Promise<OutboxMessage[]>;
  /** Puts an event into the outbox outside of any run change. */
  enqueue(message: OutboxMessage): Promise<void>;
  markPublished(ids: string[]): Promise<void>;

  /** Answers, or throws when the state cannot be read. */
  check(): Promise<void>;
  close(): Promise<void>;
}
