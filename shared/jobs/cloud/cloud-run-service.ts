import type { ExecutionsClient, JobsClient, TasksClient } from '@google-cloud/run';
import type { JobSpec } from '../../contracts/job-spec.ts';
import { orNothing, rpcCode } from '../../http/rpc-code.ts';
import { callFailure } from './cloud-call-failure.ts';
import { type CloudJob, type CloudJobService, hasEnded } from './cloud-job.ts';
import { labelOf, namespaceLabel } from './cloud-labels.ts';
import { type CloudRunJobOptions, cloudRunJobId, cloudRunJobOf } from './cloud-run-job.ts';
import { cloudJobOf, hasFailed, type RunExecution } from './cloud-run-state.ts';
import { type GoogleTestEndpoint, googleClientOptions } from './google-endpoint.ts';
import { loggingPage } from './logging-page.ts';

export interface CloudRunServiceOptions extends CloudRunJobOptions {
  project: string;
  /** Such as `europe-west4`. */
  location: string;
  /** Of a test server. @default Google's */
  endpoint?: GoogleTestEndpoint;
}

/** A call that reads, or that is made again, may take this long, in milliseconds. */
const callOptions = { timeout: 20_000 };

/**
 * Limits of the calls that make a job run, in milliseconds. The creation of a job, the wait for it
 * and its run follow each other: together they must be over before `settleMs`, and before Pub/Sub
 * believes the push of the command lost and sends another, which is after 60 s. Who pushes it is
 * the only one that waits for them.
 */
const creating = {
  timeout: 8000,
  // Without a limit, an operation that does not end would be asked for without end.
  longrunning: {
    initialRetryDelayMillis: 100,
    retryDelayMultiplier: 1.3,
    maxRetryDelayMillis: 2000,
    totalTimeoutMillis: 35_000,
  },
};

interface Sdk {
  jobs: JobsClient;
  executions: ExecutionsClient;
  tasks: TasksClient;
}

/**
 * Cloud Run jobs, one for each command, with one execution. They are removed once they have ended:
 * there may be a thousand in a project and region.
 */
export class CloudRunService implements CloudJobService {
  readonly id = 'cloud-run';
  readonly title = 'Cloud Run';
  readonly settleMs = 60_000;
  readonly #options: CloudRunServiceOptions;
  readonly #parent: string;
  #sdk: Promise<Sdk> | undefined;

  constructor(options: CloudRunServiceOptions) {
    this.#options = options;
    this.#parent = `projects/${options.project}/locations/${options.location}`;
  }

  async create(spec: JobSpec, traceparent: string | undefined): Promise<CloudJob> {
    const name = `${this.#parent}/jobs/${cloudRunJobId(spec)}`;
    try {
      await this.#define(spec, traceparent);
      return await this.#run(name, spec);
    } catch (error) {
      // What was not run is not left behind, if that can be.
      if (callFailure(error, this.title).isRefusal) await this.discard(name).catch(() => {});
      throw error;
    }
  }

  async #define(spec: JobSpec, traceparent: string | undefined): Promise<void> {
    const { jobs } = await this.#open();
    const job = cloudRunJobOf(spec, traceparent, this.#options);
    const request = { parent: this.#parent, job, jobId: cloudRunJobId(spec) };
    const define = async () => {
      const [operation] = await jobs.createJob(request, creating);
      await operation.promise();
    };
    // An earlier creation may have got as far as this.
    await orNothing(define(), rpcCode.alreadyExists);
  }

  async #run(name: string, spec: JobSpec): Promise<CloudJob> {
    const { jobs } = await this.#open();
    const [running] = await jobs.runJob({ name }, creating);
    // The operation itself ends with the execution, which it names from the start.
    const execution = running.metadata as RunExecution | null;
    if (execution?.name) return cloudJobOf(execution);
    const found = await this.find(spec);
    if (!found) throw new Error(`Cloud Run names no execution of ${name}`);
    return found;
  }

  async find(spec: JobSpec): Promise<CloudJob | undefined> {
    const { executions } = await this.#open();
    const parent = `${this.#parent}/jobs/${cloudRunJobId(spec)}`;
    const listing = executions.listExecutions({ parent }, callOptions);
    const [found = []] = (await orNothing(listing, rpcCode.notFound)) ?? [];
    // The newest comes first.
    const [first, ...others] = found.map((execution) => cloudJobOf(execution)).reverse();
    for (const other of others) if (!hasEnded(other)) await this.cancel(other.name);
    return first && this.get(first.name);
  }

  get(name: string): Promise<CloudJob | undefined> {
    return orNothing(this.#get(name), rpcCode.notFound);
  }

  async #get(name: string): Promise<CloudJob> {
    const { executions, tasks } = await this.#open();
    const [execution] = await executions.getExecution({ name }, callOptions);
    if (!hasFailed(execution)) return cloudJobOf(execution);
    const [found] = await tasks.listTasks({ parent: name }, callOptions);
    return cloudJobOf(execution, found[0]);
  }

  async cancel(name: string): Promise<void> {
    const { executions } = await this.#open();
    const cancelling = executions.cancelExecution({ name }, callOptions);
    await orNothing(cancelling, rpcCode.notFound, rpcCode.failedPrecondition);
  }

  async labelled(): Promise<CloudJob[]> {
    const { executions } = await this.#open();
    const namespace = labelOf(this.#options.namespace ?? 'main');
    const parent = `${this.#parent}/jobs/-`;
    const [found] = await executions.listExecutions({ parent }, callOptions);
    return found
      .filter(({ labels }) => labels?.[namespaceLabel] === namespace)
      .map((execution) => cloudJobOf(execution));
  }

  async discard(name: string): Promise<void> {
    const { jobs } = await this.#open();
    const job = name.replace(/\/executions\/[^/]+$/, '');
    await orNothing(jobs.deleteJob({ name: job }, callOptions), rpcCode.notFound);
  }

  logLink(name: string): string {
    const execution = name.split('/').at(-1) ?? '';
    const label = `labels."run.googleapis.com/execution_name"="${execution}"`;
    return loggingPage(this.#options.project, `resource.type="cloud_run_job" ${label}`);
  }

  async check(): Promise<void> {
    const { jobs } = await this.#open();
    const request = { parent: this.#parent, pageSize: 1 };
    await jobs.listJobs(request, { ...callOptions, autoPaginate: false });
  }

  async close(): Promise<void> {
    const sdk = await this.#sdk;
    if (!sdk) return;
    await Promise.all([sdk.jobs.close(), sdk.executions.close(), sdk.tasks.close()]);
  }

  /** The SDK is slow to load, and most systems never need it. What fails is tried again. */
  #open(): Promise<Sdk> {
    this.#sdk ??= this.#load().catch((error: unknown) => {
      this.#sdk = undefined;
      throw error;
    });
    return this.#sdk;
  }

  async #load(): Promise<Sdk> {
    const { project, endpoint } = this.#options;
    const sdk = await import('@google-cloud/run');
    const options = await googleClientOptions(
      { title: this.title, projectId: project, endpoint },
      (probe) => new sdk.TasksClient(probe),
    );
    return {
      jobs: new sdk.JobsClient(options),
      executions: new sdk.ExecutionsClient(options),
      tasks: new sdk.TasksClient(options),
    };
  }
}
