import { TriadError } from '../../errors/triad-error.ts';
import { rpcCode } from '../../http/rpc-code.ts';
import { tellsOfImage, tellsOfStart } from './cloud-call-failure.ts';
import { specTextOf } from './cloud-container.ts';
import { type CloudJob, ownExitCode } from './cloud-job.ts';
import { dateOf, secondsOf } from './google-time.ts';
import type { CustomJob } from './vertex-custom-job.ts';

const service = 'Vertex AI';

/** Anything else is `waiting`, as of a job that was only just created. */
const states: Readonly<Record<string, CloudJob['state']>> = {
  JOB_STATE_QUEUED: 'waiting',
  JOB_STATE_PENDING: 'waiting',
  JOB_STATE_RUNNING: 'running',
  JOB_STATE_UPDATING: 'running',
  JOB_STATE_PAUSED: 'running',
  JOB_STATE_CANCELLING: 'running',
  JOB_STATE_SUCCEEDED: 'succeeded',
  JOB_STATE_PARTIALLY_SUCCEEDED: 'failed',
  JOB_STATE_FAILED: 'failed',
  JOB_STATE_EXPIRED: 'failed',
  JOB_STATE_CANCELLED: 'cancelled',
};

/** A CustomJob in Triad's words. */
export function cloudJobOf(job: CustomJob): CloudJob {
  const state = states[String(job.state)] ?? 'waiting';
  const exitCode = state === 'succeeded' ? 0 : state === 'failed' ? exitCodeOf(job) : null;
  return {
    name: job.name ?? '',
    specText: specTextOf(containerOf(job)?.env),
    state,
    isStopping: job.state === 'JOB_STATE_CANCELLING',
    createdAt: dateOf(job.createTime),
    endedAt: dateOf(job.endTime),
    exitCode,
    error: state === 'failed' || state === 'cancelled' ? reasonOf(job, state) : undefined,
  };
}

const containerOf = (job: CustomJob) => job.jobSpec?.workerPoolSpecs?.[0]?.containerSpec;

/** Vertex AI has it in its message alone. */
function exitCodeOf({ error }: CustomJob): number | null {
  const message = error?.message ?? '';
  const [, text] = /non-zero status of (\d+)/.exec(message) ?? [];
  const isSignal = /\(SIG[A-Z]+\)|out-of-memory/.test(message);
  return text === undefined || isSignal ? null : ownExitCode(Number(text));
}

/** Why a job ended, as far as it was not the program's doing; `undefined` when nobody knows. */
function reasonOf(job: CustomJob, state: 'failed' | 'cancelled'): TriadError | undefined {
  const limit = secondsOf(job.jobSpec?.scheduling?.timeout);
  const start = dateOf(job.startTime);
  const end = dateOf(job.endTime);
  // Vertex AI ends a job at its time limit without saying so.
  if (limit !== undefined && start && end && end.getTime() - start.getTime() >= limit * 1000) {
    return new TriadError('JOB_TIMEOUT', { limit });
  }
  if (state === 'cancelled') return new TriadError('JOB_CANCELLED');
  const { code, message } = job.error ?? {};
  const reason = message || `it ended as ${job.state}`;
  const isSpot = job.jobSpec?.scheduling?.strategy === 'SPOT';
  const isStockout = /stockout|insufficient|resource pool|not have enough resources/i.test(reason);
  if (/preempt/i.test(reason) || (isSpot && start && isStockout)) {
    return new TriadError('JOB_PREEMPTED', { reason });
  }
  if (isStockout || job.state === 'JOB_STATE_EXPIRED') {
    return new TriadError('JOB_STOCKOUT', { service, reason });
  }
  if (/out.of.memory/i.test(reason)) return new TriadError('JOB_MACHINE_MEMORY', { reason });
  if (code === rpcCode.resourceExhausted) return new TriadError('JOB_QUOTA', { service, reason });
  if (tellsOfImage(reason) || tellsOfStart(reason)) {
    const image = containerOf(job)?.imageUri ?? '';
    return new TriadError('JOB_IMAGE_UNUSABLE', { image, reason });
  }
  if (code === rpcCode.permissionDenied) {
    return new TriadError('JOB_ACCESS_DENIED', { service, reason });
  }
  const isRefusal = code === rpcCode.invalidArgument || code === rpcCode.failedPrecondition;
  if (isRefusal && !/non-zero status/.test(reason)) {
    return new TriadError('JOB_REFUSED', { service, reason });
  }
  return undefined;
}
