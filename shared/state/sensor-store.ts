import type { ParamValue } from '../contracts/json.ts';
import type { ErrorReport } from '../errors/triad-error.ts';

export interface SensorKey {
  pipeline: string;
  sensor: string;
}

/** Null when there is nothing there to see. */
export type SensorValue = ParamValue | null;

/** What a sensor saw last, and how its looks went. */
export interface SensorCursor extends SensorKey {
  /** Goes up by one whenever a value is taken as the new one; 0 before the first. */
  generation: number;
  /** The last value that was taken. */
  value: SensorValue;
  /** The one before it. */
  previous: SensorValue;
  /** The value in words. */
  summary: string;
  /** Whether this generation has yet to start its run. */
  pending: boolean;
  /** The run that the last change started. */
  runId: string | null;
  /** How many looks were begun. */
  looks: number;
  checkedAt: Date | null;
  changedAt: Date | null;
  nextLookAt: Date;
  /** Looks in a row that found nothing new. */
  skips: number;
  /** Looks in a row that failed. */
  failures: number;
  error: ErrorReport | null;
}

/** A value that takes the place of the one of an earlier generation. */
export interface CursorSwap {
  value: SensorValue;
  summary: string;
  /** Whether it starts a run. */
  pending: boolean;
  at: Date;
}

/** The cursors of all sensors. Every method is one transaction. */
export interface SensorStore {
  /** Makes sure that there is a cursor; a new one is due at `now`. */
  expect(key: SensorKey, now: Date): Promise<SensorCursor>;
  list(): Promise<SensorCursor[]>;
  /**
   * Begins a look: of all that want one at the same time, one gets it.
   * @param seen the cursor whose look is due
   * @returns the cursor as it is now; `undefined` when someone else was faster
   */
  claimLook(seen: SensorCursor, nextLookAt: Date): Promise<SensorCursor | undefined>;
  /** Compare-and-set: `false`, and nothing stored, unless the cursor is of this generation. */
  swap(key: SensorKey, generation: number, swap: CursorSwap): Promise<boolean>;
  /** The change of a generation has started its run. */
  settle(key: SensorKey, generation: number, runId: string): Promise<void>;
  /** Records that a look found the value of this generation again. */
  skip(key: SensorKey, generation: number, at: Date): Promise<void>;
  /** Records that a look, or the start of a run, failed. Never moves the value. */
  fail(key: SensorKey, error: ErrorReport, at: Date, nextLookAt: Date): Promise<void>;
}
