/** A role that one process at a time has, for a while. */
export interface Lease {
  name: string;
  holder: string;
  /** Grows with every holder: what a later one wrote is never older than what an earlier one did. */
  token: number;
  expiresAt: Date;
}

/**
 * Who has which role. Clocks may differ, and a process may be paused for longer than its lease: a
 * lease keeps work from being done twice in vain, and the fencing token keeps it from doing harm.
 */
export interface LeaseStore {
  /** Takes a lease that is free or has expired, under a new token; `undefined` when another has it. */
  acquire(name: string, holder: string, now: Date, until: Date): Promise<Lease | undefined>;
  /** Keeps it longer; `undefined` when it has expired or someone else has had it since. */
  renew(lease: Lease, now: Date, until: Date): Promise<Lease | undefined>;
  /** Gives it up; harmless when someone else has it. */
  release(lease: Lease, now: Date): Promise<void>;
  /** The last lease of that name, also when it has expired. */
  find(name: string): Promise<Lease | undefined>;
}
