import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { errorReport } from '../contracts/error-report.ts';
import { errorPath, manifestPath } from '../contracts/manifest.ts';
import { exitCode } from '../errors/exit-code.ts';
import { type ErrorReport, TriadError } from '../errors/triad-error.ts';
import type { JobEnd, JobRecord } from './job-record.ts';

/** What is known of a job whose processes are gone. */
export interface Traces {
  /** Null when nobody saw the job exit, or a signal ended it. */
  exitCode: number | null;
  hasManifest: boolean;
  /** The body of the job's `error.json`, if it left one. */
  errorBody: string | undefined;
  stopping: JobRecord['stopping'];
}

export type Judgement = Pick<JobEnd, 'state' | 'exitCode' | 'error'>;

/**
 * How a job ended. The manifest is the truth: with it the job succeeded, however it exited.
 * Without it, the reason is the launcher's own decision to stop it, the job's error report, or
 * its exit code, in that order; a job that leaves none of these is lost.
 */
export function judgeEnd(traces: Traces): Judgement {
  const code = traces.exitCode;
  if (traces.hasManifest) return { state: 'succeeded', exitCode: code, error: null };
  if (traces.stopping) return { ...traces.stopping, exitCode: code };
  const reported = parseReport(traces.errorBody);
  if (reported) return { state: 'failed', exitCode: code, error: reported };
  if (code === null) {
    return { state: 'lost', exitCode: null, error: new TriadError('JOB_LOST').report() };
  }
  return { state: 'failed', exitCode: code, error: errorOfExit(code).report() };
}

/** Gathers the traces that a job left in the artifact store, and judges them. */
export async function judgeJob(
  artifacts: ArtifactStore,
  { spec, stopping }: Pick<JobRecord, 'spec' | 'stopping'>,
  exitCode: number | null,
): Promise<Judgement> {
  const hasManifest = (await artifacts.stat(manifestPath(spec))) !== undefined;
  const errorBody = (await artifacts.get(errorPath(spec)))?.body.toString();
  return judgeEnd({ exitCode, hasManifest, errorBody, stopping });
}

/** Why a job failed that ended with this code and left nothing that tells. */
export function errorOfExit(code: number): TriadError {
  if (code === exitCode.ok) return new TriadError('MANIFEST_MISSING');
  if (code === exitCode.retryable) return new TriadError('JOB_TEMPFAIL', { exitCode: code });
  return new TriadError('JOB_EXITED', { exitCode: code });
}

/** A report that cannot be read tells no more than that there is one: the exit code decides. */
function parseReport(body: string | undefined): ErrorReport | undefined {
  if (body === undefined) return undefined;
  try {
    return errorReport.parse(JSON.parse(body));
  } catch {
    return undefined;
  }
}
