import type { JobSpec } from '@triad/shared/contracts/job-spec.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { JobResult } from '@triad/shared/jobs/job.ts';
import type { Publication } from './publications.ts';

/**
 * Whether an attempt may publish. Run ids sort by time, so that of two runs for one date the later
 * one wins, and within a step the later attempt; the other is `STALE_ATTEMPT`.
 *
 * Gives the recorded result when this step of this run has published the very same already, as
 * after an attempt that died between publishing and writing its manifest: then there is nothing
 * left to do. Otherwise `undefined`: publish.
 */
export function passFence(
  spec: Pick<JobSpec, 'runId' | 'step' | 'attempt' | 'runDate'>,
  fingerprint: string,
  tables: readonly string[],
  standing: readonly Publication[],
): JobResult | undefined {
  const newer = standing.find(
    (other) =>
      other.runId > spec.runId || (isSameStep(other, spec) && other.attempt > spec.attempt),
  );
  if (newer) {
    throw new TriadError('STALE_ATTEMPT', { table: newer.table, runDate: spec.runDate });
  }
  const same = standing.filter(
    (other) => isSameStep(other, spec) && other.fingerprint === fingerprint,
  );
  return same.length === tables.length ? same[0]?.result : undefined;
}

const isSameStep = (a: { runId: string; step: string }, b: { runId: string; step: string }) =>
  a.runId === b.runId && a.step === b.step;
