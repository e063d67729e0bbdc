import { createHash } from 'node:crypto';
import { TriadError } from '../errors/triad-error.ts';
import { commandLabel, labelOf } from '../jobs/cloud/cloud-labels.ts';
import type { BigQueryApi } from './bigquery-api.ts';
import { codedFailure, type Failure, failureOf } from './bigquery-error.ts';
import type { BigQueryOptions } from './bigquery-options.ts';
import type { Field } from './bigquery-types.ts';

/** A job as the REST API describes it, as far as it is used here. */
export interface Job {
  jobReference: { jobId: string; location?: string };
  status?: { state?: string; errorResult?: { reason?: string; message?: string } };
  statistics?: {
    totalBytesProcessed?: string;
    query?: { statementType?: string; schema?: { fields?: Field[] } };
  };
}

export interface Page {
  schema?: { fields?: Field[] };
  rows?: { f: { v: unknown }[] }[];
  pageToken?: string;
  jobComplete?: boolean;
  numDmlAffectedRows?: string;
}

/** Whom a job is for, and whether it may be found again by another process of the same command. */
export interface JobPurpose {
  /** Whom errors name. */
  origin: string;
  /**
   * `command`: the same work of the same command has the same id, whatever process asks for it, so
   * that it is done once. `opening`: another process does it anew, because the job reads, or makes
   * what lives as long as this opening of the warehouse.
   */
  scope: 'command' | 'opening';
}

const longPollMs = 10_000;
/** At most; the service itself ends a page at some 10 MB. */
const pageRows = 100_000;
const [firstPauseMs, longestPauseMs] = [250, 5000];

/** The jobs of one opening of the warehouse: made once each, and waited for. */
export class BigQueryJobs {
  readonly #api: BigQueryApi;
  readonly #options: BigQueryOptions;
  readonly #prefixes: Record<JobPurpose['scope'], string>;
  readonly #labels: Record<string, string>;
  /** Of their own, so that what is read does not shift the ids of what is written. */
  readonly #counts: Record<JobPurpose['scope'], number> = { command: 0, opening: 0 };

  constructor(api: BigQueryApi, options: BigQueryOptions, commandId: string | undefined) {
    this.#api = api;
    this.#options = options;
    const opening = options.ids.next();
    const command = commandId === undefined ? opening : legalId(commandId);
    this.#prefixes = { command, opening: command === opening ? opening : `${command}-${opening}` };
    // As on the cloud job that asks, so that the cost of both is found by one label.
    const label = commandId && { [commandLabel]: labelOf(commandId) };
    this.#labels = { ...options.labels, ...label };
  }

  /** Starts a query, or finds the job that runs it already; see `pages`. */
  query(query: object, purpose: JobPurpose): Promise<Job> {
    const { maximumBytesBilled } = this.#options;
    const limit = maximumBytesBilled && { maximumBytesBilled: String(maximumBytesBilled) };
    const configuration = {
      query: { ...query, ...limit, useLegacySql: false },
      labels: this.#labels,
    };
    const body = { configuration, jobReference: this.#referenceOf(configuration, purpose) };
    return this.#blaming(purpose, () => this.#insert(body));
  }

  /** What a query would read and give, without running it. */
  dryRun(query: object, purpose: JobPurpose): Promise<Job> {
    const body = {
      configuration: {
        query: { ...query, useLegacySql: false },
        dryRun: true,
        labels: this.#labels,
      },
      jobReference: this.#referenceOf({ query, dryRun: true }, purpose),
    };
    return this.#blaming(purpose, () =>
      this.#api.call<Job>({ method: 'POST', path: '/jobs', body }),
    );
  }

  /** Waits until a query is done, then gives its rows page by page; at least one page. */
  async *pages(job: Job, purpose: JobPurpose): AsyncGenerator<Page> {
    const { jobId, location } = job.jobReference;
    this.#check(job, purpose);
    let page: Page = {};
    do {
      const { pageToken } = page;
      page = await this.#blaming(purpose, () =>
        this.#stoppable(job, () => this.#pageOf(jobId, location, pageToken)),
      );
      if (page.jobComplete !== false) yield page;
    } while (page.jobComplete === false || page.pageToken);
  }

  /** Waits until a query is done that gives no rows. */
  async finish(job: Job, purpose: JobPurpose): Promise<Page> {
    for await (const page of this.pages(job, purpose)) return page;
    return {};
  }

  /**
   * Loads a file into a table, or finds the job that does.
   * @param contentHash SHA-256 of the file
   */
  async load(
    { datasetId, tableId }: { datasetId: string; tableId: string },
    { path, contentHash, load }: { path: string; contentHash: string; load: object },
    purpose: JobPurpose,
  ): Promise<void> {
    const destinationTable = { projectId: this.#options.project, datasetId, tableId };
    const configuration = { load: { ...load, destinationTable }, labels: this.#labels };
    const jobReference = this.#referenceOf({ configuration, contentHash }, purpose);
    const job = { configuration, jobReference };
    const made = await this.#blaming(purpose, () =>
      this.#stoppable(job, () => this.#api.persist(() => this.#uploadOnce(job, path))),
    );
    await this.#waitFor({ ...jobReference, ...made.jobReference }, purpose);
  }

  async #insert(body: { jobReference: Job['jobReference'] }): Promise<Job> {
    const { jobId, location } = body.jobReference;
    try {
      return await this.#api.call<Job>({ method: 'POST', path: '/jobs', body });
    } catch (error) {
      if (failureOf(error).status !== 409) throw error;
      // Ours, of an earlier try whose answer was lost: ids hold a hash of the statement.
      const found = await this.#find(jobId, location);
      if (found) return found;
      throw error;
    }
  }

  async #uploadOnce(job: Job, path: string): Promise<Job> {
    try {
      return await this.#api.upload<Job>(this.#options.project, job, path);
    } catch (error) {
      // The job may be there already: of an earlier try, or made before the connection broke.
      const { jobId, location } = job.jobReference;
      const found = await this.#find(jobId, location);
      // Nobody waits for the upload of a work that was stopped; its job may be made after all.
      if (found && this.#api.isStopped) await this.#cancel(job);
      if (found) return found;
      throw error;
    }
  }

  #find(jobId: string, location: string | undefined): Promise<Job | undefined> {
    return this.#api.find<Job>({ path: `/jobs/${jobId}`, query: { location } });
  }

  /** What the service answers for a failed job does not tell it from a failed request. */
  async #pageOf(jobId: string, location?: string, pageToken?: string): Promise<Page> {
    const query = {
      location,
      pageToken,
      maxResults: pageRows,
      timeoutMs: longPollMs,
      'formatOptions.useInt64Timestamp': true,
    };
    try {
      return await this.#api.call<Page>({ path: `/queries/${jobId}`, query });
    } catch (error) {
      const failure = errorOf(await this.#find(jobId, location));
      throw failure ? new JobFailed(failure) : error;
    }
  }

  async #waitFor(
    { jobId, location }: { jobId: string; location?: string },
    purpose: JobPurpose,
  ): Promise<void> {
    for (let pause = firstPauseMs; ; pause = Math.min(pause * 2, longestPauseMs)) {
      const job = await this.#blaming(purpose, () =>
        this.#stoppable({ jobReference: { jobId, ...(location && { location }) } }, () =>
          this.#api.call<Job>({ path: `/jobs/${jobId}`, query: { location } }),
        ),
      );
      this.#check(job, purpose);
      if (job.status?.state === 'DONE') return;
      await this.#api.pause(pause);
    }
  }

  #check(job: Job, { origin }: JobPurpose): void {
    const failure = errorOf(job);
    if (failure) {
      throw codedFailure(failure, this.#options.project, 'SQL_INVALID', { action: origin });
    }
  }

  /** When the work is to stop, the job is, too. */
  async #stoppable<T>(job: Job, work: () => Promise<T>): Promise<T> {
    const result = await this.#api.unlessStopped(work);
    if (result !== 'stopped') return result;
    await this.#cancel(job);
    throw new TriadError('JOB_CANCELLED');
  }

  async #cancel({ jobReference: { jobId, location } }: Job): Promise<void> {
    const path = `/jobs/${jobId}/cancel`;
    await this.#api.call({ method: 'POST', path, query: { location } }).catch(() => {});
  }

  async #blaming<T>({ origin }: JobPurpose, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof TriadError) throw error;
      const failure = error instanceof JobFailed ? error.failure : failureOf(error);
      const about = { action: origin };
      throw codedFailure(failure, this.#options.project, 'SQL_INVALID', about, error);
    }
  }

  #referenceOf(work: object, { scope }: JobPurpose): { jobId: string; location?: string } {
    const { project: projectId, location } = this.#options;
    const hash = createHash('sha256').update(JSON.stringify(work)).digest('hex').slice(0, 16);
    const jobId = `${this.#prefixes[scope]}-${++this.#counts[scope]}-${hash}`;
    return { jobId, ...{ projectId }, ...(location && { location }) };
  }
}

class JobFailed extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

function errorOf(job: Job | undefined): Failure | undefined {
  const found = job?.status?.errorResult;
  return found && { reason: found.reason ?? '', message: found.message ?? 'no reason given' };
}

/** Letters, digits, `_` and `-`, as ids of jobs are. */
const legalId = (text: string): string => text.replaceAll(/[^\w-]/g, '_').slice(0, 900);
