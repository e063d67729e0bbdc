import type { protos } from '@google-cloud/aiplatform';
import type { JobSpec } from '../../contracts/job-spec.ts';
import type { Resources } from '../../contracts/resources.ts';
import { TriadError } from '../../errors/triad-error.ts';
import { type CloudContainerOptions, cloudContainer } from './cloud-container.ts';
import { labelsOf } from './cloud-labels.ts';
import { acceleratorTypes, bootDiskOf, vertexMachine } from './vertex-machine.ts';

export type CustomJob = protos.google.cloud.aiplatform.v1.ICustomJob;

export interface CustomJobOptions extends CloudContainerOptions {
  /** Tells this installation's jobs from those of others in the project. @default `main` */
  namespace?: string;
  /** Of every job, besides those that name its run, step and command. @default none */
  labels?: Readonly<Record<string, string>>;
  /** The full name of a VPC network, which must be peered: `projects/12345/global/networks/vpc`. */
  network?: string;
  /** How long a `flexStart` job waits for its machine, in seconds; 0 is without end. @default 86400 */
  flexStartSeconds?: number;
}

const title = 'Vertex AI';
export const defaultNamespace = 'main';
/** What a machine has that is asked for none: a step that asks for less does not get less. */
const leastDiskGiB = 100;

/**
 * The CustomJob of a command. What Vertex AI cannot be asked for is `JOB_REFUSED`. It is never
 * retried by Vertex AI: the orchestrator does that, as another attempt.
 */
export function customJobOf(
  spec: JobSpec,
  traceparent: string | undefined,
  options: CustomJobOptions,
): CustomJob {
  const container = cloudContainer(spec, traceparent, options);
  const { image, command, args, env, serviceAccount } = container;
  const { network, namespace = defaultNamespace } = options;
  const machineSpec = machineSpecOf(spec.resources);
  const disk = diskSpecOf(spec.resources, machineSpec.machineType);
  return {
    displayName: `${spec.job} ${spec.runDate} ${spec.id}`.slice(0, 128),
    labels: labelsOf(spec, namespace, options.labels),
    jobSpec: {
      workerPoolSpecs: [
        {
          replicaCount: 1,
          machineSpec,
          containerSpec: { imageUri: image, command, args, env },
          ...(disk && { diskSpec: disk }),
        },
      ],
      scheduling: schedulingOf(spec.resources, options),
      ...(network !== undefined && { network }),
      ...(serviceAccount !== undefined && { serviceAccount }),
    },
  };
}

function machineSpecOf(resources: Resources): MachineSpec {
  const machineType = vertexMachine(resources);
  const { accelerator, memoryMiB } = resources;
  if (machineType === undefined) {
    const asked = accelerator ? `${accelerator.count} × ${accelerator.type}` : 'no accelerator';
    const reason = `no machine type is known for ${asked} and ${memoryMiB} MiB; name one`;
    throw new TriadError('JOB_REFUSED', { service: title, reason });
  }
  if (!accelerator) return { machineType };
  if (!acceleratorTypes.includes(accelerator.type)) {
    const reason = `there is no accelerator type ${accelerator.type}`;
    throw new TriadError('JOB_REFUSED', { service: title, reason });
  }
  return {
    machineType,
    acceleratorType: accelerator.type as AcceleratorName,
    acceleratorCount: accelerator.count,
  };
}

/** Nothing where the machine's own disk will do. */
function diskSpecOf(
  { diskGiB }: Resources,
  machine: string,
): protos.google.cloud.aiplatform.v1.IDiskSpec | undefined {
  const bootDiskType = bootDiskOf(machine);
  if (diskGiB === undefined) return bootDiskType === undefined ? undefined : { bootDiskType };
  return {
    bootDiskSizeGb: Math.max(diskGiB, leastDiskGiB),
    ...(bootDiskType !== undefined && { bootDiskType }),
  };
}

type MachineSpec = protos.google.cloud.aiplatform.v1.IMachineSpec & { machineType: string };
type AcceleratorName = keyof typeof protos.google.cloud.aiplatform.v1.AcceleratorType;

function schedulingOf(
  { spot, flexStart, timeLimitSeconds }: Resources,
  { flexStartSeconds }: CustomJobOptions,
): protos.google.cloud.aiplatform.v1.IScheduling {
  if (spot && flexStart) {
    const reason = 'spot and flexStart are two strategies; ask for one of them';
    throw new TriadError('JOB_REFUSED', { service: title, reason });
  }
  return {
    timeout: { seconds: timeLimitSeconds },
    restartJobOnWorkerRestart: false,
    disableRetries: true,
    strategy: spot ? 'SPOT' : flexStart ? 'FLEX_START' : 'STANDARD',
    ...(flexStart && { maxWaitDuration: { seconds: flexStartSeconds ?? 86_400 } }),
  };
}
