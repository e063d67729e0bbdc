import { mkdtempSync, rmdirSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { Clock } from '../clock/clock.ts';
import { Underway } from '../concurrency/underway.ts';
import type { JobSpec } from '../contracts/job-spec.ts';
import type { JobView } from '../contracts/job-view.ts';
import { isSystemError } from '../errors/system-error.ts';
import { TriadError } from '../errors/triad-error.ts';
import { attemptLog } from '../log/attempt-log.ts';
import type { Logger } from '../log/logger.ts';
import type { JobEndListener, JobLauncher } from './job-launcher.ts';
import { type JobRecord, viewOf } from './job-record.ts';
import { JobRecords } from './job-records.ts';
import { type JobProgram, JobStarter } from './job-starter.ts';
import { JobSupervisor } from './job-supervisor.ts';
import { type Judgement, judgeJob } from './judge-end.ts';
import { isAlive, type ProcessEntry, readProcessTable } from './process-table.ts';

export interface LocalProcessJobsOptions {
  /** Holds a folder per job, for ever. One launcher at a time works on it. */
  directory: string;
  /** By job name. */
  programs: Readonly<Record<string, JobProgram>>;
  artifacts: ArtifactStore;
  clock: Clock;
  log: Logger;
  /** Of the jobs' processes. */
  environment: NodeJS.ProcessEnv;
  /** How often limits are checked and adopted jobs looked for, in milliseconds. @default 200 */
  sampleMs?: number;
  /** From SIGTERM to SIGKILL, in milliseconds. @default 3000 */
  killGraceMs?: number;
}

/** Each job is a fresh process on this machine, taken from a warm pool. */
export class LocalProcessJobs implements JobLauncher {
  readonly capabilities = { enforcesMemory: true };
  readonly jobNames: readonly string[];
  readonly #options: LocalProcessJobsOptions;
  readonly #records: JobRecords;
  readonly #starter: JobStarter;
  readonly #supervisor: JobSupervisor;
  readonly #listeners: JobEndListener[] = [];
  /** Jobs that are between their record and their process. */
  readonly #starting = new Map<string, Promise<void>>();
  readonly #endings = new Underway();
  #closed = false;

  constructor(options: LocalProcessJobsOptions) {
    const { programs, clock, environment } = options;
    this.#options = options;
    this.#records = new JobRecords(options.directory);
    this.#starter = new JobStarter({ programs, records: this.#records, clock, environment });
    this.jobNames = this.#starter.jobNames;
    this.#supervisor = new JobSupervisor({
      clock,
      sampleMs: options.sampleMs ?? 200,
      killGraceMs: options.killGraceMs ?? 3000,
      onStopping: (record) => this.#recordStopping(record),
      onGone: ({ record }) => this.#endings.add(this.#ended(record, null)),
    });
  }

  /** Fills the pools; resolves when every waiting process has loaded its program. */
  warmUp(): Promise<void> {
    return this.#starter.warmUp();
  }

  async launch(spec: JobSpec, traceparent?: string): Promise<{ job: JobView; started: boolean }> {
    this.#starter.program(spec.job);
    const createdAt = this.#options.clock.now().toISOString();
    const record: JobRecord = { spec, createdAt, process: null, stopping: null, end: null };
    const started = this.#records.create(record);
    if (started) {
      const starting = this.#start(record, traceparent);
      this.#starting.set(spec.id, starting);
      await starting.finally(() => this.#starting.delete(spec.id));
    }
    const job = await this.get(spec.id);
    // Another caller's start of this very job has just failed: so has this one.
    if (!job) throw new TriadError('JOB_LOST');
    return { job, started };
  }

  async get(id: string): Promise<JobView | undefined> {
    await this.#starting.get(id);
    const record = await this.#records.read(id);
    return record && viewOf(record);
  }

  async list(limit: number): Promise<JobView[]> {
    return (await this.#records.newest(limit)).map(viewOf);
  }

  async logs(id: string): Promise<string | undefined> {
    if (!(await this.get(id))) return undefined;
    try {
      return await readFile(this.#records.folder(id).log, 'utf8');
    } catch (error) {
      if (isSystemError(error, 'ENOENT')) return '';
      throw error;
    }
  }

  /** A disk that is full must not keep a job from being stopped. */
  #recordStopping(record: JobRecord): void {
    try {
      this.#records.update(record);
    } catch (error) {
      const { id } = record.spec;
      attemptLog(this.#options.log, id).error(
        { err: error },
        'that a job is stopped was not recorded',
      );
    }
  }

  async cancel(id: string): Promise<JobView | undefined> {
    await this.#starting.get(id);
    this.#supervisor.stop(id, 'cancelled', new TriadError('JOB_CANCELLED'));
    return this.get(id);
  }

  async adopt(): Promise<JobView[]> {
    const table = readProcessTable();
    const ended: JobView[] = [];
    for (const id of await this.#records.running()) {
      if (this.#starting.has(id) || this.#supervisor.has(id)) continue;
      const record = await this.#records.read(id);
      if (!record) this.#records.discard(id);
      else if (!(await this.#resume(record, table))) ended.push(viewOf(record));
    }
    return ended;
  }

  onEnd(listener: JobEndListener): void {
    this.#listeners.push(listener);
  }

  async check(): Promise<void> {
    rmdirSync(mkdtempSync(join(this.#options.directory, '.check-')));
    this.#starter.check();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#supervisor.close();
    await this.#starter.close();
    await this.#endings.done();
  }

  /** Watches the job again if it still runs; otherwise sees to it that its end is recorded: false. */
  async #resume(record: JobRecord, table: Map<number, ProcessEntry>): Promise<boolean> {
    const { spec, process: leader, end } = record;
    if (leader && !end) this.#supervisor.watch({ record, leader, child: null });
    if (leader && !end && isAlive(table, leader)) return true;
    if (end) this.#records.forgetRunning(spec.id);
    else await this.#conclude(record, null);
    return false;
  }

  async #start(record: JobRecord, traceparent: string | undefined): Promise<void> {
    try {
      const { identity, exited, child } = await this.#starter.start(record, traceparent);
      this.#supervisor.watch({ record, leader: identity, child });
      void exited.then((exitCode) => this.#endings.add(this.#ended(record, exitCode)));
    } catch (error) {
      if (!(error instanceof TriadError && error.code === 'JOB_UNSTARTABLE')) {
        this.#records.discard(record.spec.id);
        throw error;
      }
      this.#end(record, { state: 'failed', exitCode: null, error: error.report() });
      this.#notify(record);
    }
  }

  /** A child has exited, or an adopted job is gone. */
  async #ended(record: JobRecord, exitCode: number | null): Promise<void> {
    if (this.#closed) return;
    await this.#conclude(record, exitCode);
    this.#notify(record);
  }

  async #conclude(record: JobRecord, exitCode: number | null): Promise<void> {
    const { artifacts, log } = this.#options;
    this.#supervisor.release(record.spec.id);
    try {
      this.#end(record, await judgeJob(artifacts, record, exitCode));
    } catch (error) {
      attemptLog(log, record.spec.id).error({ err: error }, 'The traces of a job cannot be read');
      this.#end(record, { state: 'lost', exitCode, error: new TriadError('JOB_LOST').report() });
    }
    await this.#removeScratch(record.spec.id);
  }

  async #removeScratch(id: string): Promise<void> {
    const { scratch } = this.#records.folder(id);
    try {
      await rm(scratch, { recursive: true, force: true });
    } catch (error) {
      attemptLog(this.#options.log, id).warn(
        { err: error },
        'A scratch directory cannot be removed',
      );
    }
  }

  #end(record: JobRecord, judgement: Judgement): void {
    record.end = { ...judgement, endedAt: this.#options.clock.now().toISOString() };
    try {
      this.#records.update(record);
    } catch (error) {
      attemptLog(this.#options.log, record.spec.id).error(
        { err: error },
        'The end of a job cannot be recorded; the next start finds it',
      );
    }
  }

  #notify(record: JobRecord): void {
    for (const listener of this.#listeners) listener(viewOf(record));
  }
}
