import { hash } from 'node:crypto';
import type { protos } from '@google-cloud/run';
import type { JobSpec } from '../../contracts/job-spec.ts';
import type { Resources } from '../../contracts/resources.ts';
import { TriadError } from '../../errors/triad-error.ts';
import { type CloudContainerOptions, cloudContainer } from './cloud-container.ts';
import { labelsOf } from './cloud-labels.ts';

export type RunJob = protos.google.cloud.run.v2.IJob;

export interface CloudRunJobOptions extends CloudContainerOptions {
  /** Tells this installation's jobs from those of others in the project. @default `main` */
  namespace?: string;
  /** Of every job, besides those that name its run, step and command. @default none */
  labels?: Readonly<Record<string, string>>;
}

/** What a task of Cloud Run can have at most. */
const most = { memoryMiB: 32 * 1024, timeLimitSeconds: 24 * 3600 };

/** Of the second generation of its execution environment, which jobs run in. */
const leastMemoryMiB = 512;

/** How many CPUs a task must have for so many MiB of memory. */
const cpusOf = (memoryMiB: number): number => {
  const gib = memoryMiB / 1024;
  if (gib <= 4) return 1;
  if (gib <= 8) return 2;
  if (gib <= 16) return 4;
  return gib <= 24 ? 6 : 8;
};

/**
 * The Cloud Run job of a command: it can be created once, which makes the command's job unique.
 * Readable at its start; a job's name has fewer than 50 characters.
 */
export function cloudRunJobId({ id, step }: JobSpec): string {
  const legal = step.replaceAll('_', '-').slice(0, 12).replace(/-+$/, '');
  return `triad-${legal}-${hash('sha256', id).slice(0, 24)}`;
}

/**
 * The Cloud Run job of a command, of one task that is never tried again: the orchestrator does
 * that, as another attempt. What Cloud Run has no machine for is `JOB_REFUSED`.
 */
export function cloudRunJobOf(
  spec: JobSpec,
  traceparent: string | undefined,
  options: CloudRunJobOptions,
): RunJob {
  const container = cloudContainer(spec, traceparent, options);
  const { image, command, args, env, serviceAccount } = container;
  const { namespace = 'main' } = options;
  const { memoryMiB, timeLimitSeconds } = spec.resources;
  const lacked = lackedByCloudRun(spec.resources);
  if (lacked.length > 0) {
    const reason = `its jobs are not offered ${lacked.join(', ')}`;
    throw new TriadError('JOB_REFUSED', { service: 'Cloud Run', reason });
  }
  const memory = Math.max(memoryMiB, leastMemoryMiB);
  const limits = { cpu: String(cpusOf(memory)), memory: `${memory}Mi` };
  const labels = labelsOf(spec, namespace, options.labels);
  return {
    labels,
    template: {
      labels,
      taskCount: 1,
      parallelism: 1,
      template: {
        containers: [{ name: 'job', image, command, args, env, resources: { limits } }],
        maxRetries: 0,
        timeout: { seconds: timeLimitSeconds },
        executionEnvironment: 'EXECUTION_ENVIRONMENT_GEN2',
        ...(serviceAccount !== undefined && { serviceAccount }),
      },
    },
  };
}

/** What a step asks for that Cloud Run has not got, for people; empty when Cloud Run will do. */
export function lackedByCloudRun(resources: Resources): string[] {
  const { accelerator, machine, diskGiB, spot, flexStart } = resources;
  const { memoryMiB, timeLimitSeconds } = resources;
  return [
    ...(accelerator ? [`accelerators (${accelerator.type})`] : []),
    ...(machine ? [`machine types (${machine})`] : []),
    ...(diskGiB === undefined ? [] : [`disks (${diskGiB} GiB)`]),
    ...(spot ? ['spot machines'] : []),
    ...(flexStart ? ['flexStart'] : []),
    ...(memoryMiB > most.memoryMiB ? [`${memoryMiB} MiB of memory`] : []),
    ...(timeLimitSeconds > most.timeLimitSeconds ? [`${timeLimitSeconds} s`] : []),
  ];
}
