import { status } from '@grpc/grpc-js';
import { executionOf, taskOf } from './cloud-run-views.ts';
import { EmulatedJob, type Fate, type JobWorld } from './emulated-job.ts';
import { anyOf } from './protos.ts';
import {
  checkLabels,
  invalid,
  type Methods,
  notFound,
  pageOf,
  RpcError,
  timestampOf,
} from './rpc.ts';

export interface RunContainer {
  image?: string;
  command: string[];
  args: string[];
  env: { name: string; value?: string }[];
  resources?: { limits: Record<string, string> };
}

export interface RunJob {
  name?: string;
  labels?: Record<string, string>;
  template?: {
    labels?: Record<string, string>;
    template?: {
      containers: RunContainer[];
      timeout?: { seconds: string };
      maxRetries?: number;
      serviceAccount?: string;
    };
  };
}

export interface StoredExecution {
  name: string;
  of: RunJob;
  job: EmulatedJob;
}

interface Named {
  name: string;
}
interface Listing {
  parent: string;
  pageSize?: number;
  pageToken?: string;
}

const jobs = 'google.cloud.run.v2.Jobs';
const executions = 'google.cloud.run.v2.Executions';
/** How many jobs a project and region may have. */
const mostJobs = 1000;

/** Jobs, Executions and Tasks of `google.cloud.run.v2`, with their long-running operations. */
export class EmulatedCloudRun {
  readonly jobs = new Map<string, RunJob>();
  /** Also of jobs that were deleted since: their logs stay. */
  readonly executions: StoredExecution[] = [];
  /** Whether operations that create jobs are still under way, also those of earlier. */
  holdsCreations = false;
  /** How often such operations were asked for. */
  creationPolls = 0;
  readonly jobMethods: Methods;
  readonly executionMethods: Methods;
  readonly taskMethods: Methods;
  readonly operationMethods: Methods;
  readonly #world: JobWorld;
  readonly #nextFate: () => Fate;
  /** By the name of the operation. */
  readonly #creations = new Map<string, RunJob>();

  constructor(world: JobWorld, nextFate: () => Fate) {
    this.#world = world;
    this.#nextFate = nextFate;
    this.jobMethods = {
      CreateJob: (request: CreateRequest) => this.#create(request),
      GetJob: ({ name }: Named) => this.#job(name),
      ListJobs: ({ parent, ...paging }: Listing) => {
        const all = [...this.jobs.values()].filter((job) => job.name?.startsWith(`${parent}/`));
        const { page, nextPageToken } = pageOf(all.reverse(), paging);
        return { jobs: page, nextPageToken };
      },
      DeleteJob: ({ name }: Named) => this.#delete(name),
      RunJob: ({ name }: Named) => this.#run(name),
    };
    this.executionMethods = {
      GetExecution: ({ name }: Named) => executionOf(this.#execution(name)),
      ListExecutions: (request: Listing) => this.#list(request),
      CancelExecution: ({ name }: Named) => {
        const stored = this.#execution(name);
        stored.job.cancel();
        return this.#operationOf(stored);
      },
    };
    this.taskMethods = {
      ListTasks: ({ parent }: Listing) => ({ tasks: [taskOf(this.#execution(parent))] }),
    };
    this.operationMethods = {
      GetOperation: ({ name }: Named) => {
        const created = this.#creations.get(name);
        if (created) {
          this.creationPolls += 1;
          return jobOperation(name, created, !this.holdsCreations);
        }
        const stored = this.executions.find((one) => operationName(one) === name);
        if (!stored) throw notFound(name);
        return this.#operationOf(stored);
      },
    };
  }

  #job(name: string): RunJob {
    const job = this.jobs.get(name);
    if (!job) throw notFound(name);
    return job;
  }

  #execution(name: string): StoredExecution {
    const found = this.executions.find((one) => one.name === name);
    if (!found || !this.jobs.has(found.of.name ?? '')) throw notFound(name);
    return found;
  }

  #create({ parent, job, jobId }: CreateRequest) {
    check(jobId, job);
    const name = `${parent}/jobs/${jobId}`;
    if (this.jobs.has(name)) {
      throw new RpcError(status.ALREADY_EXISTS, `Resource '${jobId}' already exists.`);
    }
    if (this.jobs.size >= mostJobs) {
      throw new RpcError(status.RESOURCE_EXHAUSTED, 'Quota exceeded for the number of jobs.');
    }
    const created = { ...job, name, createTime: timestampOf(this.#world.clock.now()) };
    this.jobs.set(name, created);
    const operation = `${parent}/operations/create-${jobId}`;
    this.#creations.set(operation, created);
    return jobOperation(operation, created, !this.holdsCreations);
  }

  #delete(name: string) {
    const job = this.#job(name);
    for (const stored of this.executions) if (stored.of.name === name) stored.job.cancel();
    this.jobs.delete(name);
    return jobOperation(`${name}/operations/delete`, job, true);
  }

  #run(name: string) {
    const of = this.#job(name);
    const { containers = [], timeout } = of.template?.template ?? {};
    const [container] = containers;
    const order = {
      image: container?.image ?? '',
      command: container?.command ?? [],
      args: container?.args ?? [],
      env: container?.env ?? [],
      timeoutSeconds: Number(timeout?.seconds ?? 600),
      memoryMiB: memoryOf(container),
    };
    const job = new EmulatedJob(order, this.#nextFate(), this.#world);
    const suffix = String(this.executions.length).padStart(5, 'a');
    const stored = { name: `${name}/executions/${name.split('/').at(-1)}-${suffix}`, of, job };
    this.executions.push(stored);
    return this.#operationOf(stored);
  }

  #list({ parent, ...paging }: Listing) {
    const [location = '', job = ''] = parent.split('/jobs/');
    if (job !== '-') this.#job(parent);
    const found = this.executions
      .filter(({ of }) => this.jobs.has(of.name ?? ''))
      .filter(({ of }) => (job === '-' ? of.name?.startsWith(location) : of.name === parent))
      .reverse();
    const { page, nextPageToken } = pageOf(found, paging);
    return { executions: page.map(executionOf), nextPageToken };
  }

  /** It is done when the execution is, which is its metadata from the start. */
  #operationOf(stored: StoredExecution) {
    const type = 'google.cloud.run.v2.Execution';
    const message = anyOf(executions, 'GetExecution', type, executionOf(stored));
    const isDone = stored.job.outcome !== undefined;
    return {
      name: operationName(stored),
      metadata: message,
      done: isDone,
      ...(isDone && { response: message }),
    };
  }
}

interface CreateRequest {
  parent: string;
  job: RunJob;
  jobId: string;
}

const operationName = ({ name }: StoredExecution): string =>
  name.replace(/\/jobs\/.*\//, '/operations/');

function jobOperation(name: string, job: RunJob, isDone: boolean) {
  const message = anyOf(jobs, 'GetJob', 'google.cloud.run.v2.Job', job);
  return { name, metadata: message, done: isDone, ...(isDone && { response: message }) };
}

const memoryOf = (container: RunContainer | undefined): number =>
  Number(/^(\d+)Mi$/.exec(container?.resources?.limits.memory ?? '512Mi')?.[1]);

function check(jobId: string, { labels, template }: RunJob): void {
  if (!/^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(jobId) || jobId.length >= 50) {
    throw invalid(`job_id ${jobId} must be a DNS label of fewer than 50 characters`);
  }
  checkLabels(labels);
  checkLabels(template?.labels);
  const { containers = [], timeout } = template?.template ?? {};
  const [container, ...others] = containers;
  if (!container?.image || others.length > 0) throw invalid('one container is emulated');
  for (const { name, value = '' } of container.env) {
    if (Buffer.byteLength(value) > 32_768) throw invalid(`${name} exceeds 32768 bytes`);
  }
  if (Number(timeout?.seconds ?? 0) > 24 * 3600) throw invalid('timeout exceeds 24 hours');
  const memory = memoryOf(container);
  const cpu = Number(container.resources?.limits.cpu ?? 1);
  if (!(memory >= 512 && memory <= 32 * 1024)) throw invalid('memory must be 512Mi to 32Gi');
  const least =
    memory > 24_576 ? 8 : memory > 16_384 ? 6 : memory > 8192 ? 4 : memory > 4096 ? 2 : 1;
  if (cpu < least) throw invalid(`${memory}Mi of memory need ${least} CPUs`);
}
