import type { CancelTimer } from '../../clock/clock.ts';
import { Underway } from '../../concurrency/underway.ts';
import type { JobSpec } from '../../contracts/job-spec.ts';
import type { JobView } from '../../contracts/job-view.ts';
import { TriadError } from '../../errors/triad-error.ts';
import { attemptLog } from '../../log/attempt-log.ts';
import type { Logger } from '../../log/logger.ts';
import type { JobEndListener } from '../job-launcher.ts';
import { viewOf } from '../job-record.ts';
import type { Judgement } from '../judge-end.ts';
import { storeSpec } from '../stored-spec.ts';
import { callFailure } from './cloud-call-failure.ts';
import { cloudContainer } from './cloud-container.ts';
import { type CloudJob, type CloudJobService, commandIdOf, hasEnded, specOf } from './cloud-job.ts';
import { type CloudJobRecord, CloudJobRecords, type OpenRecord } from './cloud-job-records.ts';
import type { CloudJobsOptions } from './cloud-jobs-options.ts';
import { judgeCloudJob } from './judge-cloud-job.ts';

/** How often the creation of a job is tried while nobody knows whether it worked. */
const mostCreations = 3;

/** A job that this launcher looks after. */
interface Watched extends OpenRecord {
  /** Looked at just now; once is enough. */
  isBusy: boolean;
  /** Why the service could not be reached at the last creation. */
  failure: TriadError | undefined;
}

/** What launchers of jobs in the cloud have in common: all but the service that runs the jobs. */
export class CloudJobs {
  readonly jobNames: readonly string[];
  readonly #options: CloudJobsOptions;
  readonly #service: CloudJobService;
  readonly #records: CloudJobRecords;
  readonly #watched = new Map<string, Watched>();
  readonly #listeners: JobEndListener[] = [];
  readonly #underway = new Underway();
  #cancelPoll: CancelTimer | undefined;
  #closed = false;

  constructor(options: CloudJobsOptions, service: CloudJobService) {
    this.#options = options;
    this.#service = service;
    this.#records = new CloudJobRecords(options.artifacts, service.id);
    this.jobNames = Object.keys(options.images);
  }

  async launch(spec: JobSpec, traceparent?: string): Promise<{ job: JobView; started: boolean }> {
    cloudContainer(spec, traceparent, this.#options);
    const now = this.#options.clock.now().toISOString();
    const open = await this.#records.create(spec, { at: now, traceparent });
    if (!open) {
      const existing = await this.#records.open(spec.id);
      if (!existing) throw new TriadError('JOB_LOST');
      return { job: viewOf(existing.record), started: false };
    }
    const watched = this.#watch(open);
    watched.isBusy = true;
    try {
      await this.#create(watched);
    } finally {
      watched.isBusy = false;
    }
    if (watched.record.end) this.#tell(watched.record);
    return { job: viewOf(watched.record), started: true };
  }

  async get(id: string): Promise<JobView | undefined> {
    const open = await this.#openOwn(id);
    return open && viewOf(open.record);
  }

  async list(limit: number, before?: string): Promise<JobView[]> {
    return (await this.#records.newest(limit, before)).map((record) => viewOf(record));
  }

  async logs(id: string): Promise<string | undefined> {
    const open = await this.#openOwn(id);
    if (!open) return undefined;
    const { resource } = open.record;
    if (resource === null) return '';
    const { readLog } = this.#options;
    if (readLog) return readLog({ commandId: id, resource });
    return `The log of this job is in Cloud Logging: ${this.#service.logLink(resource)}\n`;
  }

  async cancel(id: string): Promise<JobView | undefined> {
    const open = await this.#openOwn(id);
    if (!open) return undefined;
    if (!open.record.end) await this.#stop(open, 'cancelled', new TriadError('JOB_CANCELLED'));
    return viewOf(open.record);
  }

  async adopt(): Promise<JobView[]> {
    const labelled = new Map<string, CloudJob>();
    for (const job of await this.#labelled()) {
      const id = commandIdOf(job);
      if (id !== undefined) labelled.set(id, job);
    }
    const ids = new Set([...(await this.#records.unfinished()), ...labelled.keys()]);
    const ended: JobView[] = [];
    for (const id of ids) {
      if (this.#watched.has(id)) continue;
      const view = await this.#adoptOne(id, labelled.get(id));
      if (view) ended.push(view);
    }
    return ended;
  }

  onEnd(listener: JobEndListener): void {
    this.#listeners.push(listener);
  }

  async check(): Promise<void> {
    try {
      await this.#service.check();
    } catch (thrown) {
      throw callFailure(thrown, this.#service.title).error;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelPoll?.();
    this.#watched.clear();
    await this.#underway.done();
    await this.#service.close();
  }

  /** What it ended as, if it has ended without having been recorded so. */
  async #adoptOne(id: string, job: CloudJob | undefined): Promise<JobView | undefined> {
    const open = (await this.#records.open(id)) ?? (await this.#recordOrphan(job));
    if (!open || open.record.end) {
      await this.#records.forgetUnfinished(id);
      if (open && job) await this.#dispose(open, job);
      return undefined;
    }
    if (open.record.service !== this.#service.id) return undefined;
    const watched = this.#watch(open);
    await this.#lookAt(watched);
    if (!watched.record.end) return undefined;
    this.#watched.delete(id);
    return viewOf(watched.record);
  }

  /** Without them, the records still tell of all but orphans. */
  async #labelled(): Promise<CloudJob[]> {
    try {
      return await this.#service.labelled();
    } catch (error) {
      this.#options.log.warn({ err: error }, 'Orphans of earlier invokers cannot be looked for');
      return [];
    }
  }

  /** A job that nobody knows of any more, but that has this installation's labels. */
  async #recordOrphan(job: CloudJob | undefined): Promise<OpenRecord | undefined> {
    const spec = job && (await specOf(job, this.#options.artifacts));
    if (!spec) return undefined;
    attemptLog(this.#options.log, spec.id).warn({ resource: job.name }, 'An orphan is adopted');
    const at = (job.createdAt ?? this.#options.clock.now()).toISOString();
    return this.#records.create(spec, { at, resource: job.name });
  }

  /**
   * An unfinished job that nobody here watches is of another instance, which may be gone by now:
   * whoever is asked for it looks after it too. Both may then tell of its end.
   */
  async #openOwn(id: string): Promise<OpenRecord | undefined> {
    const open = this.#watched.get(id) ?? (await this.#records.openOwn(id));
    if (!open || open.record.end || this.#closed) return open;
    return this.#watched.get(id) ?? this.#watch(open);
  }

  #watch(open: OpenRecord): Watched {
    const watched: Watched = { ...open, isBusy: false, failure: undefined };
    this.#watched.set(open.record.spec.id, watched);
    this.#pollLater();
    return watched;
  }

  #pollLater(): void {
    if (this.#closed) return;
    this.#cancelPoll ??= this.#options.clock.setTimer(this.#options.pollMs ?? 5000, () => {
      this.#cancelPoll = undefined;
      this.#underway.add(this.#poll());
    });
  }

  async #poll(): Promise<void> {
    const look = async (watched: Watched) => {
      // Whoever is at it already also tells, or returns, how it ended.
      if (watched.isBusy) return;
      await this.#lookAt(watched);
      if (watched.record.end) this.#tell(watched.record);
    };
    await Promise.all([...this.#watched.values()].map(look));
    if (this.#watched.size > 0) this.#pollLater();
  }

  async #lookAt(watched: Watched): Promise<void> {
    watched.isBusy = true;
    try {
      await this.#look(watched);
    } catch (error) {
      this.#logOf(watched).warn({ err: error }, 'It is not known how a job is; asked again soon');
      // Somebody has removed its record: nobody waits for it any more.
      const isGone = error instanceof TriadError && error.code === 'JOB_LOST';
      if (isGone) this.#watched.delete(watched.record.spec.id);
    } finally {
      watched.isBusy = false;
    }
  }

  async #look(watched: Watched): Promise<void> {
    if (watched.record.end) return this.#records.forgetUnfinished(watched.record.spec.id);
    if (watched.record.resource === null) await this.#place(watched);
    const { resource, end } = watched.record;
    if (resource === null || end) return;
    const job = await this.#service.get(resource);
    if (!job || hasEnded(job)) return this.#conclude(watched, job);
    const { stopping } = watched.record;
    if (stopping && !job.isStopping) return this.#service.cancel(resource);
    const limit = this.#startLimitOf(watched.record.spec);
    const isLate = this.#msSince(watched.record.createdAt) >= limit * 1000;
    if (stopping || job.state !== 'waiting' || !isLate) return;
    await this.#stop(watched, 'failed', new TriadError('JOB_START_TIMEOUT', { limit }));
  }

  /** In seconds. How long a job waits that may, the service was told. */
  #startLimitOf({ limits, resources }: JobSpec): number {
    if (limits?.startSeconds !== undefined) return limits.startSeconds;
    return resources.flexStart ? Number.POSITIVE_INFINITY : (this.#options.startSeconds ?? 3600);
  }

  /** Finds the job whose creation may have worked, or creates it when it surely has not. */
  async #place(watched: Watched): Promise<void> {
    const found = await this.#service.find(watched.record.spec);
    if (found) return this.#placed(watched, found);
    // Only now: it may have been cancelled meanwhile.
    const { creation, stopping } = watched.record;
    if (this.#msSince(creation.at) < this.#service.settleMs) return;
    if (stopping) return this.#end(watched, { ...stopping, exitCode: null });
    if (creation.tries >= mostCreations) {
      return this.#fail(watched, watched.failure ?? new TriadError('JOB_LOST'));
    }
    const at = this.#options.clock.now().toISOString();
    let isMine = false;
    await this.#records.change(watched, (record) => {
      // Of two launchers that look for the same job, one creates it.
      isMine = record.creation.tries === creation.tries && !record.stopping;
      if (isMine) record.creation = { tries: creation.tries + 1, at };
    });
    if (isMine) await this.#create(watched);
  }

  async #create(watched: Watched): Promise<void> {
    const { spec, traceparent } = watched.record;
    let image: string | undefined;
    let job: CloudJob;
    try {
      image = cloudContainer(spec, undefined, this.#options).image;
      await storeSpec(this.#options.artifacts, spec);
      job = await this.#service.create(spec, traceparent ?? undefined);
    } catch (thrown) {
      const { error, isRefusal } = callFailure(thrown, this.#service.title, image);
      if (isRefusal) return this.#fail(watched, error);
      watched.failure = error;
      this.#logOf(watched).warn({ err: thrown }, 'It is not known whether a job was created');
      return;
    }
    await this.#placed(watched, job);
  }

  async #placed(watched: Watched, { name }: CloudJob): Promise<void> {
    await this.#records.change(watched, (record) => {
      record.resource = name;
    });
    // Somebody cancelled it before it was known to exist.
    if (watched.record.stopping) await this.#cancelAt(watched, name);
  }

  async #stop(open: OpenRecord, state: 'cancelled' | 'failed', reason: TriadError): Promise<void> {
    await this.#records.change(open, (record) => {
      if (!record.end) record.stopping ??= { state, error: reason.report() };
    });
    const { resource, end } = open.record;
    if (resource !== null && !end) await this.#cancelAt(open, resource);
  }

  async #cancelAt(open: OpenRecord, resource: string): Promise<void> {
    try {
      await this.#service.cancel(resource);
    } catch (error) {
      this.#logOf(open).warn({ err: error }, 'A job was not told to end; it is told again');
    }
  }

  async #conclude(watched: Watched, job: CloudJob | undefined): Promise<void> {
    // The next launcher tells of it.
    if (this.#closed) return;
    const judgement = await judgeCloudJob(this.#options.artifacts, watched.record, job);
    await this.#end(watched, judgement, job?.endedAt);
    if (job) await this.#dispose(watched, job);
  }

  #fail(watched: Watched, error: TriadError): Promise<void> {
    return this.#end(watched, { state: 'failed', exitCode: null, error: error.report() });
  }

  async #end(
    watched: Watched,
    judgement: Judgement,
    at: Date = this.#options.clock.now(),
  ): Promise<void> {
    // Of two clocks, the service's may be behind: nothing ends before it began.
    const endedAt = new Date(Math.max(at.getTime(), Date.parse(watched.record.createdAt)));
    await this.#records.change(watched, (record) => {
      record.end ??= { ...judgement, endedAt: endedAt.toISOString() };
    });
    await this.#records.forgetUnfinished(watched.record.spec.id);
  }

  /** Ends what must not run any more, and removes what need not be kept. */
  async #dispose(open: OpenRecord, job: CloudJob): Promise<void> {
    try {
      if (hasEnded(job)) await this.#service.discard(job.name);
      else await this.#service.cancel(job.name);
    } catch (error) {
      this.#logOf(open).warn({ err: error }, 'What is left of a job was not removed');
    }
  }

  #tell(record: CloudJobRecord): void {
    if (!this.#watched.delete(record.spec.id) || this.#closed) return;
    for (const listener of this.#listeners) listener(viewOf(record));
  }

  #msSince(instant: string): number {
    return this.#options.clock.now().getTime() - Date.parse(instant);
  }

  #logOf({ record }: OpenRecord): Logger {
    return attemptLog(this.#options.log, record.spec.id);
  }
}
