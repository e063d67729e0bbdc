import type { CloudEvent } from '../contracts/cloud-event.ts';
import type { Params } from '../contracts/json.ts';
import type { Pipeline } from '../contracts/pipeline.ts';
import type { RunEvent } from '../contracts/run-event.ts';
import type { RunState } from '../contracts/run-view.ts';
import type { ErrorReport } from '../errors/triad-error.ts';

/** What a run was created with. Never changes: editing a pipeline leaves runs in flight alone. */
export interface RunPlan {
  runId: string;
  pipeline: Pipeline;
  runDate: string;
  /** Resolved: given values over defaults. */
  params: Params;
  seed: number;
  planHash: string;
  codeRevision: string;
  trigger: 'manual' | 'schedule';
  createdAt: Date;
}

export interface RecordedEvent {
  /** From 1, without gaps within a run. */
  seq: number;
  at: Date;
  event: RunEvent;
}

export interface StoredRun {
  plan: RunPlan;
  events: RecordedEvent[];
}

/** The columns of a run that lists show, kept equal to the fold of its events. */
export interface RunRow {
  runId: string;
  pipeline: string;
  runDate: string;
  state: RunState;
  trigger: 'manual' | 'schedule';
  createdAt: Date;
  finishedAt: Date | null;
  error: ErrorReport | null;
}

export interface RunFilter {
  pipeline?: string;
  state?: RunState;
  /** Only runs created before this one. */
  before?: string;
  limit: number;
}

/** An attempt that was dispatched and has not ended. */
export interface InFlight {
  commandId: string;
  runId: string;
  step: string;
  attempt: number;
  dispatchedAt: Date;
  /** Only one attempt at a time can hold a lease of this name; null for none. */
  lease: string | null;
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
}

/** One expected firing of a schedule. */
export interface Tick {
  pipeline: string;
  dueAt: Date;
  runDate: string;
  /** Null until it fired. */
  runId: string | null;
}

/** The orchestrator's memory. Every method is one transaction. */
export interface StateStore {
  /**
   * Stores a new run. With a tick, the tick fires with it by compare-and-set: `false`, and nothing
   * stored, when the tick has fired already.
   */
  createRun(plan: RunPlan, tick?: Pick<Tick, 'pipeline' | 'dueAt'>): Promise<boolean>;
  /**
   * Applies `change` to a run that has exactly `seenEvents` events. `false`, and nothing stored,
   * when someone else was faster or a lease is taken.
   */
  applyChange(runId: string, seenEvents: number, change: RunChange): Promise<boolean>;
  getRun(runId: string): Promise<StoredRun | undefined>;
  /** Newest first. */
  listRuns(filter: RunFilter): Promise<RunRow[]>;
  /** Ids of the runs that have not finished, oldest first. */
  activeRuns(): Promise<string[]>;
  inFlight(): Promise<InFlight[]>;

  /** Writes a tick ahead of its time; harmless when it is there. */
  expectTick(tick: Pick<Tick, 'pipeline' | 'dueAt' | 'runDate'>): Promise<void>;
  /** Ticks that are due and have not fired, oldest first. */
  dueTicks(now: Date): Promise<Tick[]>;
  /** Newest first. */
  listTicks(limit: number): Promise<Tick[]>;

  /** Oldest first. */
  unpublished(limit: number): Promise<OutboxMessage[]>;
  /** Puts an event into the outbox outside of any run change. */
  enqueue(message: OutboxMessage): Promise<void>;
  markPublished(ids: string[]): Promise<void>;

  /** Answers, or throws when the state cannot be read. */
  check(): Promise<void>;
  close(): Promise<void>;
}
