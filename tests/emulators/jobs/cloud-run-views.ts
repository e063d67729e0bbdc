import { status } from '@grpc/grpc-js';
import type { StoredExecution } from './cloud-run-service.ts';
import type { Reason } from './emulated-job.ts';
import { timestampOf } from './rpc.ts';

/** An execution as the service shows it. */
export function executionOf({ name, of, job }: StoredExecution): object {
  const { outcome, startedAt, endedAt, createdAt, stopping } = job;
  const isDone = outcome?.container?.exitCode === 0;
  const isCancelled = outcome?.reason === 'cancelled';
  const condition = {
    type: 'Completed',
    message: isDone ? 'Execution completed successfully.' : messageOf(job),
    lastTransitionTime: timestampOf(endedAt ?? startedAt ?? createdAt),
    ...(outcome
      ? {
          state: isDone ? 'CONDITION_SUCCEEDED' : 'CONDITION_FAILED',
          ...reasonOf(outcome.reason, isDone),
        }
      : {
          state: 'CONDITION_RECONCILING',
          ...(stopping === 'cancelled' && { executionReason: 'CANCELLING' }),
        }),
  };
  return {
    name,
    job: of.name?.split('/').at(-1),
    labels: of.template?.labels,
    template: of.template?.template,
    taskCount: 1,
    parallelism: 1,
    createTime: timestampOf(createdAt),
    startTime: timestampOf(startedAt),
    completionTime: timestampOf(endedAt),
    reconciling: !outcome,
    conditions: [condition],
    runningCount: startedAt && !outcome ? 1 : 0,
    succeededCount: isDone ? 1 : 0,
    cancelledCount: isCancelled ? 1 : 0,
    failedCount: outcome && !isDone && !isCancelled ? 1 : 0,
  };
}

/** Its only task. */
export function taskOf({ name, of, job }: StoredExecution): object {
  const { outcome } = job;
  const exitCode = outcome?.container?.exitCode ?? 0;
  const signal = outcome?.container?.signal ?? 0;
  return {
    name: `${name}/tasks/${name.split('/').at(-1)}-task0`,
    job: of.name?.split('/').at(-1),
    execution: name.split('/').at(-1),
    index: 0,
    ...(outcome && {
      lastAttemptResult: {
        ...(outcome.container?.exitCode !== 0 && {
          status: { code: codes[outcome.reason] ?? status.UNKNOWN, message: messageOf(job) },
        }),
        ...(exitCode > 0 && { exitCode }),
        ...(signal > 0 && { termSignal: signal }),
      },
    }),
  };
}

const codes: Partial<Record<Reason, number>> = {
  cancelled: status.CANCELLED,
  timeout: status.DEADLINE_EXCEEDED,
  quota: status.RESOURCE_EXHAUSTED,
  stockout: status.RESOURCE_EXHAUSTED,
  permissionDenied: status.PERMISSION_DENIED,
  internalError: status.INTERNAL,
};

function reasonOf(reason: Reason, isDone: boolean): object {
  if (isDone) return {};
  if (reason === 'exit') return { executionReason: 'NON_ZERO_EXIT_CODE' };
  if (reason === 'cancelled') return { executionReason: 'CANCELLED' };
  if (reason === 'imageMissing') return { reason: 'CONTAINER_MISSING' };
  if (reason === 'permissionDenied') return { reason: 'SECRETS_ACCESS_CHECK_FAILED' };
  if (reason === 'internalError') return { reason: 'INTERNAL' };
  return { reason: 'UNKNOWN' };
}

function messageOf({ outcome, order }: StoredExecution['job']): string {
  const { container, reason } = outcome ?? {};
  switch (reason) {
    case undefined:
      return '';
    case 'exit':
      return container?.signal
        ? `Application terminated by signal ${container.signal}.`
        : `The container exited with an error: exit code ${container?.exitCode}.`;
    case 'timeout':
      return 'The configured timeout was reached.';
    case 'memory':
      return `Memory limit of ${order.memoryMiB} MiB exceeded with ${container?.usedMiB} MiB used. Consider increasing the memory limit.`;
    case 'cancelled':
      return 'Execution cancelled by user.';
    case 'imageMissing':
      return `Image '${order.image}' not found.`;
    case 'stockout':
      return 'There was no available instance.';
    case 'quota':
      return 'Quota exceeded for total allowable CPU per project per region.';
    case 'permissionDenied':
      return 'Permission denied on a secret of the container.';
    case 'preempted':
    case 'expired':
    case 'internalError':
      return 'Internal system error, system will retry later.';
  }
}
