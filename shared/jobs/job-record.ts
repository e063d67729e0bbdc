import type { JobSpec } from '../contracts/job-spec.ts';
import type { JobView } from '../contracts/job-view.ts';
import type { ErrorReport } from '../errors/triad-error.ts';
import type { ProcessIdentity } from './process-table.ts';

export interface JobEnd {
  state: Exclude<JobView['state'], 'running'>;
  /** Null when the launcher could not see it. */
  exitCode: number | null;
  error: ErrorReport | null;
  endedAt: string;
}

/** What a line of a job's record holds. */
export interface JobRecord {
  spec: JobSpec;
  createdAt: string;
  /** The leader of the job's processes; null until it is known. */
  process: ProcessIdentity | null;
  /** Why the launcher is ending the job; written before the first signal is sent. */
  stopping: { state: 'cancelled' | 'failed'; error: ErrorReport } | null;
  end: JobEnd | null;
}

export function viewOf(
  { spec, createdAt, end }: Pick<JobRecord, 'spec' | 'createdAt' | 'end'>,
  heartbeat?: Date,
): JobView {
  return {
    name: spec.id,
    displayName: `${spec.job} ${spec.runDate}`,
    state: end?.state ?? 'running',
    created: createdAt,
    heartbeatAt: heartbeat?.toISOString() ?? null,
    endedAt: end?.endedAt ?? null,
    exitCode: end?.exitCode ?? null,
    error: end?.error ?? null,
  };
}
