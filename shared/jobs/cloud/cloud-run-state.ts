import type { protos } from '@google-cloud/run';
import { TriadError } from '../../errors/triad-error.ts';
import { rpcCode } from '../../http/rpc-code.ts';
import { tellsOfImage, tellsOfStart } from './cloud-call-failure.ts';
import { specTextOf } from './cloud-container.ts';
import { type CloudJob, ownExitCode, specIn } from './cloud-job.ts';
import { dateOf, secondsOf } from './google-time.ts';

export type RunExecution = protos.google.cloud.run.v2.IExecution;
export type RunTask = protos.google.cloud.run.v2.ITask;

const service = 'Cloud Run';

const completionOf = ({ conditions }: RunExecution) =>
  conditions?.find(({ type }) => type === 'Completed');

/** Whether its tasks tell why it ended. */
export const hasFailed = (execution: RunExecution): boolean =>
  stateOf(execution) === 'failed' || stateOf(execution) === 'cancelled';

/**
 * An execution in Triad's words.
 *
 * @param task its only one, for an execution that has failed
 */
export function cloudJobOf(execution: RunExecution, task?: RunTask): CloudJob {
  const state = stateOf(execution);
  const completion = completionOf(execution);
  const exit = task?.lastAttemptResult?.exitCode ?? 0;
  return {
    name: execution.name ?? '',
    specText: specTextOf(execution.template?.containers?.[0]?.env),
    state,
    isStopping: completion?.executionReason === 'CANCELLING',
    createdAt: dateOf(execution.createTime),
    endedAt: dateOf(execution.completionTime),
    exitCode: state === 'succeeded' ? 0 : state === 'failed' && exit > 0 ? ownExitCode(exit) : null,
    error:
      state === 'failed' || state === 'cancelled' ? reasonOf(execution, state, task) : undefined,
  };
}

function stateOf(execution: RunExecution): CloudJob['state'] {
  const { startTime, completionTime, cancelledCount } = execution;
  const completion = completionOf(execution);
  if (!completionTime) return startTime ? 'running' : 'waiting';
  if (completion?.state === 'CONDITION_SUCCEEDED') return 'succeeded';
  const isCancelled = completion?.executionReason === 'CANCELLED' || Number(cancelledCount) > 0;
  return isCancelled ? 'cancelled' : 'failed';
}

/** Why it ended, as far as it was not the program's doing; `undefined` when nobody knows. */
function reasonOf(
  execution: RunExecution,
  state: 'failed' | 'cancelled',
  task: RunTask | undefined,
): TriadError | undefined {
  if (state === 'cancelled') return new TriadError('JOB_CANCELLED');
  const completion = completionOf(execution);
  const { status } = task?.lastAttemptResult ?? {};
  const reason = status?.message || completion?.message || 'it did not say why';
  const template = execution.template;
  if (/timeout was reached/i.test(reason) || status?.code === rpcCode.deadlineExceeded) {
    return new TriadError('JOB_TIMEOUT', { limit: secondsOf(template?.timeout) ?? 0 });
  }
  if (/memory limit|out.of.memory/i.test(reason)) return memoryError(execution, reason);
  const image = template?.containers?.[0]?.image ?? '';
  const isImage = /^CONTAINER_/.test(String(completion?.reason)) || tellsOfImage(reason);
  if (isImage || tellsOfStart(reason))
    return new TriadError('JOB_IMAGE_UNUSABLE', { image, reason });
  if (/no available instance|insufficient|not have enough|capacity|stockout/i.test(reason)) {
    return new TriadError('JOB_STOCKOUT', { service, reason });
  }
  if (status?.code === rpcCode.resourceExhausted || /\bquota\b/i.test(reason)) {
    return new TriadError('JOB_QUOTA', { service, reason });
  }
  if (status?.code === rpcCode.permissionDenied || denials.has(String(completion?.reason))) {
    return new TriadError('JOB_ACCESS_DENIED', { service, reason });
  }
  return undefined;
}

const denials: ReadonlySet<string> = new Set([
  'SECRETS_ACCESS_CHECK_FAILED',
  'ENCRYPTION_KEY_PERMISSION_DENIED',
  'VPC_NETWORK_NOT_FOUND',
]);

function memoryError(execution: RunExecution, reason: string): TriadError {
  const container = execution.template?.containers?.[0];
  const given = Number.parseInt(container?.resources?.limits?.memory ?? '', 10);
  // The step may have asked for less than there can be.
  const limit = specIn(specTextOf(container?.env))?.resources.memoryMiB ?? given;
  const [, used] = /with (\d+)/.exec(reason) ?? [];
  return new TriadError('JOB_MEMORY', { used: used ?? `over ${given}`, limit });
}
