import type { ArtifactStore } from '../../artifacts/artifact-store.ts';
import { errorPath } from '../../contracts/attempt.ts';
import { containerJob } from '../../contracts/container.ts';
import { TriadError } from '../../errors/triad-error.ts';
import { type Judgement, judgeJob } from '../judge-end.ts';
import { tellsOfStart } from './cloud-call-failure.ts';
import type { CloudJob } from './cloud-job.ts';
import type { CloudJobRecord } from './cloud-job-records.ts';

/**
 * How a job ended, judged as every launcher does. Where the job left nothing that tells, and did
 * not exit by itself, the service's own reason counts. The image of a container step whose wrapper
 * has left no word is `JOB_IMAGE_UNWRAPPED`.
 *
 * @param job as the service last showed it; `undefined` when it knows of none any more
 */
export async function judgeCloudJob(
  artifacts: ArtifactStore,
  record: CloudJobRecord,
  job: CloudJob | undefined,
): Promise<Judgement> {
  const judgement = await judgeJob(artifacts, record, job?.exitCode ?? null);
  const isLost = judgement.state === 'lost';
  if (job && record.spec.job === containerJob && !record.stopping) {
    const reason = isLost || judgement.state === 'failed' ? ownEnd(job) : undefined;
    if (reason !== undefined && !(await artifacts.stat(errorPath(record.spec)))) {
      const image = record.spec.container?.image ?? '';
      const error = new TriadError('JOB_IMAGE_UNWRAPPED', { image, reason });
      return { state: 'failed', exitCode: job.exitCode, error: error.report() };
    }
  }
  if (!isLost || !job?.error) return judgement;
  const state = job.error.code === 'JOB_CANCELLED' ? 'cancelled' : 'failed';
  return { state, exitCode: null, error: job.error.report() };
}

/** How its first program ended by itself, or why there was none. */
function ownEnd({ exitCode, error }: CloudJob): string | undefined {
  if (exitCode !== null) return `it ended with exit code ${exitCode}`;
  return error?.code === 'JOB_IMAGE_UNUSABLE' && tellsOfStart(error.message)
    ? error.message
    : undefined;
}
