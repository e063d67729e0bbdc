import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { CancelTimer, Clock } from '../clock/clock.ts';
import { Underway } from '../concurrency/underway.ts';
import type { JobSpec } from '../contracts/job-spec.ts';
import type { JobView } from '../contracts/job-view.ts';
import { exitCode, exitCodeOf } from '../errors/exit-code.ts';
import { TriadError, toTriadError } from '../errors/triad-error.ts';
import { fileLogger } from '../log/file-logger.ts';
import type { Logger } from '../log/logger.ts';
import { noTracer, type Tracer } from '../tracing/tracer.ts';
import type { Job } from './job.ts';
import type { JobEndListener, JobLauncher } from './job-launcher.ts';
import { type JobRecord, viewOf } from './job-record.ts';
import { JobRecords } from './job-records.ts';
import { type Judgement, judgeJob } from './judge-end.ts';
import { performJob } from './perform-job.ts';
import { storeError } from './store-error.ts';
import { traceJob } from './trace-job.ts';

export interface InProcessJobsOptions {
  /** Holds a folder per job, for ever. One launcher at a time works on it. */
  directory: string;
  /** By job name. */
  jobs: Readonly<Record<string, Job>>;
  artifacts: ArtifactStore;
  clock: Clock;
  log: Logger;
  /** Jobs that are done at a time; the others wait their turn. */
  concurrency: number;
  /** @default none */
  tracer?: Tracer;
  /** From asking a job to stop until it counts as ended, in milliseconds. @default 3000 */
  graceMs?: number;
}

/** A job that is done or waits for its turn. */
interface Work {
  record: JobRecord;
  traceparent: string | undefined;
  /** Ends the span that began with its turn. */
  endSpan: ReturnType<typeof traceJob>;
  stop: AbortController;
  ended: PromiseWithResolvers<Judgement>;
  cancelTimers: CancelTimer[];
}

/**
 * Light jobs, done in this very process: they start in no time, and nothing but their goodwill
 * ends them. One that does not stop when asked counts as ended, and what it does later for nothing.
 */
export class InProcessJobs implements JobLauncher {
  readonly capabilities = {
    isolates: false,
    enforcesMemory: false,
    beats: false,
    survivesRestart: false,
    runsImages: false,
    accelerators: false,
  };
  readonly jobNames: readonly string[];
  readonly #options: InProcessJobsOptions;
  readonly #records: JobRecords;
  readonly #work = new Map<string, Work>();
  readonly #turns: Work[] = [];
  readonly #listeners: JobEndListener[] = [];
  readonly #underway = new Underway();
  #busy = 0;
  #closed = false;

  constructor(options: InProcessJobsOptions) {
    this.#options = options;
    this.#records = new JobRecords(options.directory);
    this.jobNames = Object.keys(options.jobs);
  }

  async launch(spec: JobSpec, traceparent?: string): Promise<{ job: JobView; started: boolean }> {
    this.#jobOf(spec);
    const { clock } = this.#options;
    const createdAt = clock.now().toISOString();
    const record: JobRecord = { spec, createdAt, process: null, stopping: null, end: null };
    const started = !this.#records.exists(spec.id) && this.#records.create(record);
    if (!started) {
      const job = await this.get(spec.id);
      if (!job) throw new TriadError('JOB_LOST');
      return { job, started };
    }
    const work: Work = {
      record,
      traceparent,
      endSpan: () => {},
      stop: new AbortController(),
      ended: Promise.withResolvers(),
      cancelTimers: [],
    };
    this.#work.set(spec.id, work);
    const { timeLimitSeconds: limit } = spec.resources;
    this.#timer(work, limit * 1000, () => {
      this.#stop(work, 'failed', new TriadError('JOB_TIMEOUT', { limit }));
    });
    this.#turns.push(work);
    this.#underway.add(this.#conclude(work));
    this.#next();
    return { job: viewOf(record), started };
  }

  async get(id: string): Promise<JobView | undefined> {
    const record = this.#work.get(id)?.record ?? (await this.#records.read(id));
    return record && viewOf(record);
  }

  async list(limit: number, before?: string): Promise<JobView[]> {
    return (await this.#records.newest(limit, before)).map((record) => viewOf(record));
  }

  async logs(id: string): Promise<string | undefined> {
    if (!(await this.get(id))) return undefined;
    return this.#records.log(id);
  }

  async cancel(id: string): Promise<JobView | undefined> {
    const work = this.#work.get(id);
    if (work) this.#stop(work, 'cancelled', new TriadError('JOB_CANCELLED'));
    return this.get(id);
  }

  /** A job that was being done when its process ended is judged by what it left. */
  async adopt(): Promise<JobView[]> {
    const ended: JobView[] = [];
    for (const id of await this.#records.running()) {
      if (this.#work.has(id)) continue;
      const record = await this.#records.read(id);
      if (!record) this.#records.discard(id);
      else if (record.end) this.#records.forgetRunning(id);
      else {
        this.#end(record, await judgeJob(this.#options.artifacts, record, null));
        ended.push(viewOf(record));
      }
    }
    return ended;
  }

  onEnd(listener: JobEndListener): void {
    this.#listeners.push(listener);
  }

  /** A job that is done here needs nothing but this process. */
  async check(): Promise<void> {}

  /** Asks the jobs to stop and leaves their records: the next launcher finds them lost. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const work of this.#work.values()) {
      work.stop.abort();
      for (const cancel of work.cancelTimers) cancel();
      work.ended.resolve({ state: 'lost', exitCode: null, error: null });
    }
    await this.#underway.done();
  }

  #jobOf({ job }: JobSpec): Job {
    const { jobs } = this.#options;
    const found = Object.hasOwn(jobs, job) ? jobs[job] : undefined;
    if (!found) throw new TriadError('JOB_UNKNOWN', { job, known: this.jobNames.join(', ') });
    return found;
  }

  /** Begins the jobs whose turn it is. */
  #next(): void {
    while (this.#busy < this.#options.concurrency && !this.#closed) {
      const work = this.#turns.shift();
      if (!work) return;
      if (work.stop.signal.aborted) continue;
      this.#busy += 1;
      // One that does not stop when asked must not keep the others from their turn.
      void Promise.race([this.#perform(work), work.ended.promise]).finally(() => {
        this.#busy -= 1;
        this.#next();
      });
    }
  }

  async #perform(work: Work): Promise<void> {
    const { artifacts, clock, tracer = noTracer } = this.#options;
    const { record, stop, ended } = work;
    const { spec } = record;
    work.endSpan = traceJob(tracer, clock, spec, work.traceparent);
    const { log: file, scratch } = this.#records.folder(spec.id);
    const log = fileLogger(file, clock, { command: spec.id });
    try {
      const around = { artifacts, clock, log, scratch, signal: stop.signal };
      await performJob(this.#jobOf(spec), spec, around);
      ended.resolve({ state: 'succeeded', exitCode: exitCode.ok, error: null });
    } catch (thrown) {
      if (stop.signal.aborted) return ended.resolve(stoppedAs(record));
      const error = toTriadError(thrown);
      log.error({ code: error.code, err: thrown }, error.message);
      await storeError(artifacts, spec, error, log);
      ended.resolve({ state: 'failed', exitCode: exitCodeOf(error), error: error.report() });
    }
  }

  #stop(work: Work, state: 'cancelled' | 'failed', reason: TriadError): void {
    const { record, stop, ended } = work;
    if (record.stopping) return;
    record.stopping = { state, error: reason.report() };
    this.#store(record);
    stop.abort();
    const hasBegun = !this.#turns.includes(work);
    const graceMs = hasBegun ? (this.#options.graceMs ?? 3000) : 0;
    this.#timer(work, graceMs, () => ended.resolve(stoppedAs(record)));
  }

  #timer(work: Work, delayMs: number, callback: () => void): void {
    work.cancelTimers.push(this.#options.clock.setTimer(delayMs, callback));
  }

  async #conclude(work: Work): Promise<void> {
    const { record, ended, cancelTimers } = work;
    const judgement = await ended.promise;
    for (const cancel of cancelTimers) cancel();
    if (this.#closed) return;
    work.endSpan(judgement.error ?? undefined);
    this.#end(record, judgement);
    this.#work.delete(record.spec.id);
    for (const listener of this.#listeners) listener(viewOf(record));
  }

  #end(record: JobRecord, judgement: Judgement): void {
    record.end = { ...judgement, endedAt: this.#options.clock.now().toISOString() };
    this.#store(record);
  }

  /** What cannot be recorded is found by the next start. */
  #store(record: JobRecord): void {
    try {
      this.#records.update(record);
    } catch (error) {
      const fields = { command: record.spec.id, err: error };
      this.#options.log.error(fields, 'The state of a job cannot be recorded');
    }
  }
}

const stoppedAs = ({ stopping }: JobRecord): Judgement => ({
  ...(stopping ?? { state: 'lost', error: new TriadError('JOB_LOST').report() }),
  exitCode: null,
});
