import type { Violation } from './judge.ts';

export interface WorldReport {
  seed: number;
  runs: number;
  /** Of everything that happened. */
  hash: string;
  violations: Violation[];
  /** How often each fault happened. */
  faults: Record<string, number>;
  /** How often each invariant was checked. */
  checks: Record<string, number>;
  log: string[];
}
