import type { BackfillProgress, BackfillState } from '../contracts/backfill.ts';
import type { Interval } from '../contracts/interval.ts';
import type { Params } from '../contracts/json.ts';
import type { RunState } from '../contracts/run-view.ts';
import type { ErrorReport } from '../errors/triad-error.ts';

export interface Backfill {
  id: string;
  pipeline: string;
  state: BackfillState;
  from: string;
  to: string;
  concurrency: number;
  onlyMissing: boolean;
  priority: number;
  params: Params;
  createdAt: Date;
  finishedAt: Date | null;
}

/** One run that a backfill is to make. */
export interface BackfillItem {
  /** The cause of its run, by which the two belong together. */
  cause: string;
  runDate: string;
  interval: Interval | null;
}

export interface BackfillItemStatus extends BackfillItem {
  /** Null until it has a run. */
  run: { runId: string; state: RunState } | null;
  error: ErrorReport | null;
}

export interface BackfillFilter {
  pipeline?: string | undefined;
  /** Only backfills made before this one. */
  before?: string | undefined;
  limit: number;
}

/** A run as far as it tells what a backfill would repeat. */
export interface DatedRun {
  runId: string;
  runDate: string;
  interval: Interval | null;
  state: RunState;
}

/**
 * Backfills and what they are to run. That an item was started is seen from the run of its cause,
 * so nothing here must be kept equal to the runs. Every method is one transaction.
 */
export interface BackfillStore {
  create(backfill: Backfill, items: BackfillItem[]): Promise<void>;
  get(id: string): Promise<Backfill | undefined>;
  /** In the order in which they are started. */
  items(id: string): Promise<BackfillItemStatus[]>;
  progress(id: string): Promise<BackfillProgress>;
  /** Newest first; only those made before `before`. */
  list(filter: BackfillFilter): Promise<Backfill[]>;
  /** Those that run or are being cancelled, oldest first. */
  unfinished(): Promise<Backfill[]>;
  /** The first items that have neither a run nor an error. */
  next(id: string, limit: number): Promise<BackfillItem[]>;
  /** Runs that have not finished. */
  activeRuns(id: string): Promise<string[]>;
  /** Records that no run can be made of an item. */
  refuse(cause: string, error: ErrorReport): Promise<void>;
  /** Compare-and-set: `false` when the backfill is not in state `from`. */
  move(
    id: string,
    from: BackfillState,
    to: BackfillState,
    finishedAt: Date | null,
  ): Promise<boolean>;
  /** Runs of a pipeline whose run date is in the range, newest first. */
  runsBetween(pipeline: string, from: string, to: string): Promise<DatedRun[]>;
}
