import type { ArtifactStore } from '../../artifacts/artifact-store.ts';
import { type Judgement, judgeJob } from '../judge-end.ts';
import type { CloudJob } from './cloud-job.ts';
import type { CloudJobRecord } from './cloud-job-records.ts';

/**
 * How a job ended, judged as every launcher does. Where the job left nothing that tells, and did
 * not exit by itself, the service's own reason counts.
 *
 * @param job as the service last showed it; `undefined` when it knows of none any more
 */
export async function judgeCloudJob(
  artifacts: ArtifactStore,
  record: CloudJobRecord,
  job: CloudJob | undefined,
): Promise<Judgement> {
  const judgement = await judgeJob(artifacts, record, job?.exitCode ?? null);
  if (judgement.state !== 'lost' || !job?.error) return judgement;
  const state = job.error.code === 'JOB_CANCELLED' ? 'cancelled' : 'failed';
  return { state, exitCode: null, error: job.error.report() };
}
