import type { RunState } from '../contracts/run-view.ts';

/** What waits to be done, all over the system. */
export interface Backlog {
  /** Runs that have not finished. */
  runs: { pipeline: string; state: RunState; count: number }[];
  /** Messages that the messenger does not have yet. */
  outbox: number;
  /** Messages on their way to a receiver. */
  deliveries: number;
  deadLetters: number;
  /** When the oldest tick that is due and has not fired was due; null when there is none. */
  oldestDueTick: Date | null;
}

/** Counts what waits, for metrics. */
export interface BacklogReader {
  backlog(now: Date): Promise<Backlog>;
}
