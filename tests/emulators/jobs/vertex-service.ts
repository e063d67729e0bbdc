import { status } from '@grpc/grpc-js';
import { EmulatedJob, type Fate, type JobWorld, type Reason } from './emulated-job.ts';
import { checkLabels, invalid, type Methods, notFound, pageOf, timestampOf } from './rpc.ts';

interface CustomJob {
  displayName?: string;
  labels?: Record<string, string>;
  jobSpec?: {
    workerPoolSpecs?: {
      machineSpec?: { machineType?: string; acceleratorType?: string; acceleratorCount?: number };
      containerSpec?: {
        imageUri?: string;
        command: string[];
        args: string[];
        env: { name: string; value?: string }[];
      };
      diskSpec?: { bootDiskSizeGb?: number };
    }[];
    scheduling?: {
      timeout?: { seconds: string };
      strategy?: string;
      maxWaitDuration?: { seconds: string };
    };
    serviceAccount?: string;
  };
}

interface Stored {
  name: string;
  /** As it was sent. */
  request: CustomJob;
  job: EmulatedJob;
}

const week = 7 * 24 * 3600;
const flexStartAccelerators =
  /^NVIDIA_(L4|TESLA_A100|A100_80GB|H100_80GB|H100_MEGA_80GB|H200_141GB|B200)$/;

/** CustomJobs of `google.cloud.aiplatform.v1.JobService`. */
export class EmulatedVertex {
  readonly stored: Stored[] = [];
  readonly methods: Methods;
  readonly #world: JobWorld;
  readonly #nextFate: () => Fate;

  constructor(world: JobWorld, nextFate: () => Fate) {
    this.#world = world;
    this.#nextFate = nextFate;
    this.methods = {
      CreateCustomJob: (request: { parent: string; customJob: CustomJob }) => this.#create(request),
      GetCustomJob: ({ name }: { name: string }) => shown(this.named(name)),
      ListCustomJobs: (request: ListRequest) => this.#list(request),
      CancelCustomJob: ({ name }: { name: string }) => this.#cancel(name),
    };
  }

  named(name: string): Stored {
    const found = this.stored.find((one) => one.name === name);
    if (!found) throw notFound(name);
    return found;
  }

  #create({ parent, customJob }: { parent: string; customJob: CustomJob }) {
    check(customJob);
    const { jobSpec } = customJob;
    const container = jobSpec?.workerPoolSpecs?.[0]?.containerSpec;
    const order = {
      image: container?.imageUri ?? '',
      command: container?.command ?? [],
      args: container?.args ?? [],
      env: container?.env ?? [],
      timeoutSeconds: Number(jobSpec?.scheduling?.timeout?.seconds ?? week),
      waitSeconds: Number(jobSpec?.scheduling?.maxWaitDuration?.seconds ?? 0),
    };
    const name = `${parent}/customJobs/${1000 + this.stored.length}`;
    const job = new EmulatedJob(order, this.#nextFate(), this.#world);
    const stored = { name, request: customJob, job };
    this.stored.push(stored);
    return shown(stored);
  }

  #list({ parent, filter, ...paging }: ListRequest) {
    const matches = filterOf(filter ?? '');
    const found = this.stored
      .filter(({ name }) => name.startsWith(`${parent}/`))
      .filter((one) => matches(one))
      .reverse();
    const { page, nextPageToken } = pageOf(found, paging);
    return { customJobs: page.map(shown), nextPageToken };
  }

  #cancel(name: string) {
    this.named(name).job.cancel();
    return {};
  }
}

interface ListRequest {
  parent: string;
  filter?: string;
  pageSize?: number;
  pageToken?: string;
}

function check({ displayName = '', labels, jobSpec }: CustomJob): void {
  if (displayName === '' || displayName.length > 128) throw invalid('display_name is required');
  checkLabels(labels);
  const [pool, ...others] = jobSpec?.workerPoolSpecs ?? [];
  if (!pool || others.length > 0) throw invalid('one worker pool is emulated');
  const { machineType, acceleratorType, acceleratorCount = 0 } = pool.machineSpec ?? {};
  if (!machineType) throw invalid('machine_type is required');
  const hasType = acceleratorType !== undefined && !acceleratorType.endsWith('UNSPECIFIED');
  if (hasType !== acceleratorCount > 0) throw invalid('accelerator_type and count go together');
  const { env = [], imageUri } = pool.containerSpec ?? {};
  if (!imageUri) throw invalid('image_uri is required');
  if (env.length > 100) throw invalid('more than 100 environment variables');
  const { strategy, timeout } = jobSpec?.scheduling ?? {};
  if (strategy !== 'FLEX_START') return;
  if (!flexStartAccelerators.test(acceleratorType ?? '')) {
    throw invalid('FLEX_START needs an L4, A100, H100, H200 or B200 GPU');
  }
  if (Number(timeout?.seconds ?? week) > week) throw invalid('FLEX_START allows 7 days');
}

/** The comparisons that are emulated, joined by AND; any other is an error, not ignored. */
function filterOf(filter: string): (stored: Stored) => boolean {
  const conditions = filter.split(' AND ').filter((text) => text !== '');
  const tests = conditions.map((text): ((stored: Stored) => boolean) => {
    const [, label, value] = /^labels\.([a-z0-9_]+)="([^"]*)"$/.exec(text) ?? [];
    if (label !== undefined) return ({ request }) => request.labels?.[label] === value;
    const [, operator, state] = /^state(!?=)"(\w+)"$/.exec(text) ?? [];
    if (operator) return ({ job }) => (stateOf(job) === state) === (operator === '=');
    throw invalid(`Filter ${text} is not supported`);
  });
  return (stored) => tests.every((holds) => holds(stored));
}

function stateOf({ outcome, stopping, startedAt, isQueued }: EmulatedJob): string {
  if (!outcome) {
    if (stopping === 'cancelled') return 'JOB_STATE_CANCELLING';
    if (isQueued) return 'JOB_STATE_QUEUED';
    return startedAt ? 'JOB_STATE_RUNNING' : 'JOB_STATE_PENDING';
  }
  const { reason, container } = outcome;
  if (reason === 'expired') return 'JOB_STATE_EXPIRED';
  // A job that runs into its time limit is shown as cancelled.
  if (reason === 'cancelled' || reason === 'timeout') return 'JOB_STATE_CANCELLED';
  return container?.exitCode === 0 ? 'JOB_STATE_SUCCEEDED' : 'JOB_STATE_FAILED';
}

function shown({ name, request, job }: Stored): object {
  const error = errorOf(job);
  return {
    ...request,
    name,
    state: stateOf(job),
    createTime: timestampOf(job.createdAt),
    startTime: timestampOf(job.startedAt),
    endTime: timestampOf(job.endedAt),
    updateTime: timestampOf(job.endedAt ?? job.startedAt ?? job.createdAt),
    ...(error && { error }),
  };
}

const faults: Partial<Record<Reason, { code: number; message: string }>> = {
  cancelled: { code: status.CANCELLED, message: 'Job cancelled.' },
  timeout: { code: status.CANCELLED, message: 'CANCELED' },
  preempted: { code: status.RESOURCE_EXHAUSTED, message: 'STOCKOUT: workerpool0-0 was preempted.' },
  memory: {
    code: status.INVALID_ARGUMENT,
    message:
      'The replica workerpool0-0 ran out-of-memory and exited with a non-zero status of 9(SIGKILL).',
  },
  stockout: {
    code: status.RESOURCE_EXHAUSTED,
    message:
      'Resources are insufficient in region: europe-west4. Please try a different region or use a different accelerator.',
  },
  quota: {
    code: status.RESOURCE_EXHAUSTED,
    message:
      'The following quota metrics exceed quota limits: aiplatform.googleapis.com/custom_model_training_nvidia_l4_gpus',
  },
  imageMissing: {
    code: status.INVALID_ARGUMENT,
    message: 'The image of workerpool0-0 was not found, or its pull was denied.',
  },
  permissionDenied: {
    code: status.PERMISSION_DENIED,
    message: 'Vertex AI may not act as the service account of the job.',
  },
  internalError: { code: status.INTERNAL, message: 'Internal error occurred.' },
};

function errorOf({ outcome }: EmulatedJob) {
  if (!outcome || outcome.container?.exitCode === 0) return undefined;
  const { reason, container } = outcome;
  if (reason !== 'exit') return faults[reason];
  const code = container?.exitCode ?? 128 + (container?.signal ?? 0);
  const signal = container?.signal === 9 ? '(SIGKILL)' : '';
  return {
    code: status.INVALID_ARGUMENT,
    message: `The replica workerpool0-0 exited with a non-zero status of ${code}${signal}. Termination reason: Error.`,
  };
}
