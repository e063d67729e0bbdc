import type { JobServiceClient } from '@google-cloud/aiplatform/build/src/v1/job_service_client.js';
import type { JobSpec } from '../../contracts/job-spec.ts';
import { orNothing, rpcCode } from '../../http/rpc-code.ts';
import { type CloudJob, type CloudJobService, commandIdOf, hasEnded } from './cloud-job.ts';
import { commandLabel, labelOf, namespaceLabel } from './cloud-labels.ts';
import { type GoogleTestEndpoint, googleClientOptions } from './google-endpoint.ts';
import { loggingPage } from './logging-page.ts';
import {
  type CustomJob,
  type CustomJobOptions,
  customJobOf,
  defaultNamespace,
} from './vertex-custom-job.ts';
import { cloudJobOf } from './vertex-job-state.ts';

export interface VertexServiceOptions extends CustomJobOptions {
  project: string;
  /** Such as `europe-west4`. */
  location: string;
  /** Of a test server. @default Google's, of the location */
  endpoint?: GoogleTestEndpoint;
}

/** A call may take this long, in milliseconds: less than `settleMs`. */
const callOptions = { timeout: 20_000 };

const terminal = ['SUCCEEDED', 'PARTIALLY_SUCCEEDED', 'FAILED', 'CANCELLED', 'EXPIRED'];

/** CustomJobs of Vertex AI, found by their labels. */
export class VertexService implements CloudJobService {
  readonly id = 'vertex';
  readonly title = 'Vertex AI';
  readonly settleMs = 30_000;
  readonly #options: VertexServiceOptions;
  readonly #parent: string;
  #client: Promise<JobServiceClient> | undefined;

  constructor(options: VertexServiceOptions) {
    this.#options = options;
    this.#parent = `projects/${options.project}/locations/${options.location}`;
  }

  async create(spec: JobSpec, traceparent: string | undefined): Promise<CloudJob> {
    const client = await this.#open();
    const customJob = customJobOf(spec, traceparent, this.#options);
    const [job] = await client.createCustomJob({ parent: this.#parent, customJob }, callOptions);
    return cloudJobOf(job);
  }

  async find(spec: JobSpec): Promise<CloudJob | undefined> {
    const label = `labels.${commandLabel}="${labelOf(spec.id)}"`;
    const found = (await this.#list(label)).filter((job) => commandIdOf(job) === spec.id);
    const [first, ...others] = found.sort(byCreation);
    for (const other of others) if (!hasEnded(other)) await this.cancel(other.name);
    return first;
  }

  async get(name: string): Promise<CloudJob | undefined> {
    const client = await this.#open();
    const found = await orNothing(client.getCustomJob({ name }, callOptions), rpcCode.notFound);
    return found && cloudJobOf(found[0]);
  }

  async cancel(name: string): Promise<void> {
    const client = await this.#open();
    const cancelling = client.cancelCustomJob({ name }, callOptions);
    await orNothing(cancelling, rpcCode.notFound, rpcCode.failedPrecondition);
  }

  labelled(): Promise<CloudJob[]> {
    return this.#list(...terminal.map((state) => `state!="JOB_STATE_${state}"`));
  }

  /** Its record costs nothing, and people may want to look at it. */
  async discard(): Promise<void> {}

  logLink(name: string): string {
    const id = name.split('/').at(-1) ?? '';
    const query = `resource.type="ml_job" resource.labels.job_id="${id}"`;
    return loggingPage(this.#options.project, query);
  }

  async check(): Promise<void> {
    const client = await this.#open();
    const request = { parent: this.#parent, pageSize: 1 };
    await client.listCustomJobs(request, { ...callOptions, autoPaginate: false });
  }

  async close(): Promise<void> {
    await (await this.#client)?.close();
  }

  async #list(...conditions: string[]): Promise<CloudJob[]> {
    const client = await this.#open();
    const { namespace = defaultNamespace } = this.#options;
    const own = `labels.${namespaceLabel}="${labelOf(namespace)}"`;
    const filter = [own, ...conditions].join(' AND ');
    const [jobs] = await client.listCustomJobs({ parent: this.#parent, filter }, callOptions);
    return jobs.map((job: CustomJob) => cloudJobOf(job));
  }

  /** The SDK is slow to load, and most systems never need it. What fails is tried again. */
  #open(): Promise<JobServiceClient> {
    this.#client ??= this.#load().catch((error: unknown) => {
      this.#client = undefined;
      throw error;
    });
    return this.#client;
  }

  async #load(): Promise<JobServiceClient> {
    const { project, location, endpoint } = this.#options;
    // Of this one client: the package's own entry loads all of Vertex AI.
    const sdk = await import('@google-cloud/aiplatform/build/src/v1/job_service_client.js');
    const apiEndpoint = `${location}-aiplatform.googleapis.com`;
    const options = await googleClientOptions(
      { title: this.title, projectId: project, endpoint, apiEndpoint },
      (probe) => new sdk.JobServiceClient(probe),
    );
    return new sdk.JobServiceClient(options);
  }
}

const byCreation = (a: CloudJob, b: CloudJob): number =>
  (a.createdAt?.getTime() ?? 0) - (b.createdAt?.getTime() ?? 0) || (a.name < b.name ? -1 : 1);
