/** How many rows of each kind are older than a limit. */
export interface OldRows {
  ticks: number;
  deadLetters: number;
  cacheEntries: number;
  /** Events that were processed. */
  events: number;
  /** Alarms that were resolved, with their notices. */
  alarms: number;
  auditEntries: number;
  /** Tokens that had been revoked or had expired by then. */
  tokens: number;
}

/** What of the state may be forgotten. Every method is one transaction. */
export interface RetentionStore {
  /**
   * Runs that ended before `before`, oldest first, without those that something kept refers to: the
   * newest success of each pipeline, the results that cache entries and other runs reuse.
   */
  expiredRuns(before: Date): Promise<string[]>;
  /** Looks of sensors that ended, oldest first, but for the newest `keep` of each sensor. */
  surplusLooks(keep: number): Promise<string[]>;
  /**
   * Removes a run and all that is stored of it, and notes that its files are to go. `false` when it
   * did not end before `before`, as when it was retried meanwhile.
   */
  removeRun(runId: string, before: Date): Promise<boolean>;
  /** Runs that were removed and whose files may still be there. */
  removedRuns(): Promise<string[]>;
  /** The files of a removed run are gone. */
  forgetRemoved(runId: string): Promise<void>;
  countOld(before: Date): Promise<OldRows>;
  /** Removes those. Of each pipeline the newest tick that fired stays, as the scheduler's mark. */
  removeOld(before: Date): Promise<OldRows>;
}
