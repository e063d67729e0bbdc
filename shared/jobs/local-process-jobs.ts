import { mkdtempSync, rmdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { Clock } from '../clock/clock.ts';
import { Underway } from '../concurrency/underway.ts';
import type { JobSpec } from '../contracts/job-spec.ts';
import type { JobView } from '../contracts/job-view.ts';
import { TriadError } from '../errors/triad-error.ts';
import { attemptLog } from '../log/attempt-log.ts';
import type { Logger } from '../log/logger.ts';
import { lastBeat } from './heartbeat.ts';
import type { JobEndListener, JobLauncher } from './job-launcher.ts';
import { type JobEnd, type JobRecord, viewOf } from './job-record.ts';
import { JobRecords } from './job-records.ts';
import { type JobProgram, JobStarter, type PreparedProcess } from './job-starter.ts';
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
  readonly capabilities = {
    isolates: true,
    enforcesMemory: true,
    beats: true,
    survivesRestart: true,
    runsImages: false,
    accelerators: false,
  };
  readonly jobNames: readonly string[];
  readonly #options: LocalProcessJobsOptions;
  readonly #records: JobRecords;
  readonly #starter: JobStarter;
  readonly #supervisor: JobSupervisor;
  readonly #listeners: JobEndListener[] = [];
  /** Jobs that get their process and their record now. */
  readonly #starting = new Map<string, Promise<void>>();
  readonly #endings = new Underway();
  #closed = false;
  #toldOfMachines = false;

  constructor(options: LocalProcessJobsOptions) {
    const { programs, clock, log, environment, directory } = options;
    this.#options = options;
    this.#records = new JobRecords(directory);
    this.#starter = new JobStarter({ programs, directory, clock, environment });
    this.jobNames = this.#starter.jobNames;
    this.#supervisor = new JobSupervisor({
      clock,
      log,
      sampleMs: options.sampleMs ?? 200,
      killGraceMs: options.killGraceMs ?? 3000,
      lastBeat: ({ spec }) => lastBeat(this.#records.folder(spec.id).heartbeat),
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
    this.#tellOfMachines(spec);
    let started = false;
    if (!this.#starting.has(spec.id) && !this.#records.exists(spec.id)) {
      const starting = this.#start(spec, traceparent);
      const settled = starting.then(
        () => {},
        () => {},
      );
      this.#starting.set(spec.id, settled);
      started = await starting.finally(() => this.#starting.delete(spec.id));
    }
    const job = await this.get(spec.id);
    // Another caller's start of this very job has just failed: so has this one.
    if (!job) throw new TriadError('JOB_LOST');
    return { job, started };
  }

  async get(id: string): Promise<JobView | undefined> {
    await this.#starting.get(id);
    const record = await this.#records.read(id);
    return record && this.#viewOf(record);
  }

  async list(limit: number, before?: string): Promise<JobView[]> {
    return (await this.#records.newest(limit, before)).map((record) => this.#viewOf(record));
  }

  async logs(id: string): Promise<string | undefined> {
    if (!(await this.get(id))) return undefined;
    return this.#records.log(id);
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
      else if (!(await this.#resume(record, table))) ended.push(this.#viewOf(record));
    }
    this.#starter.sweep();
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

  /** False when another launcher has started this job meanwhile. */
  async #start(spec: JobSpec, traceparent: string | undefined): Promise<boolean> {
    const createdAt = this.#options.clock.now().toISOString();
    const record: JobRecord = { spec, createdAt, process: null, stopping: null, end: null };
    let prepared: PreparedProcess;
    try {
      prepared = await this.#starter.prepare(spec, traceparent);
    } catch (error) {
      if (!(error instanceof TriadError && error.code === 'JOB_UNSTARTABLE')) throw error;
      record.end = this.#endedNow({ state: 'failed', exitCode: null, error: error.report() });
      const created = this.#records.create(record);
      if (created) this.#notify(record);
      return created;
    }
    record.process = prepared.identity;
    return this.#begin(record, prepared);
  }

  /** Records the job with its process, and lets that begin: no job runs unrecorded. */
  #begin(record: JobRecord, prepared: PreparedProcess): boolean {
    const { id } = record.spec;
    const { identity, exited, child } = prepared;
    try {
      if (!this.#records.create(record)) {
        prepared.dismiss();
        return false;
      }
      prepared.begin(this.#records.folder(id).log);
    } catch (error) {
      prepared.dismiss();
      this.#records.discard(id);
      throw error;
    }
    this.#supervisor.watch({ record, leader: identity, child });
    void exited.then((exitCode) => this.#endings.add(this.#ended(record, exitCode)));
    return true;
  }

  /** A child has exited, or an adopted job is gone. */
  async #ended(record: JobRecord, exitCode: number | null): Promise<void> {
    if (this.#closed) return;
    await this.#conclude(record, exitCode);
    this.#notify(record);
  }

  async #conclude(record: JobRecord, exitCode: number | null): Promise<void> {
    const { artifacts, log } = this.#options;
    await this.#supervisor.release(record.spec.id);
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
    record.end = this.#endedNow(judgement);
    try {
      this.#records.update(record);
    } catch (error) {
      attemptLog(this.#options.log, record.spec.id).error(
        { err: error },
        'The end of a job cannot be recorded; the next start finds it',
      );
    }
  }

  #endedNow(judgement: Judgement): JobEnd {
    return { ...judgement, endedAt: this.#options.clock.now().toISOString() };
  }

  #viewOf(record: JobRecord): JobView {
    return viewOf(record, lastBeat(this.#records.folder(record.spec.id).heartbeat));
  }

  #tellOfMachines({ resources: { machine, accelerator, spot } }: JobSpec): void {
    if (this.#toldOfMachines || (!machine && !accelerator && !spot)) return;
    this.#toldOfMachines = true;
    const fields = { machine, accelerator, spot };
    this.#options.log.info(
      fields,
      'This machine is the only one: machine, accelerator and spot are not chosen',
    );
  }

  #notify(record: JobRecord): void {
    for (const listener of this.#listeners) listener(this.#viewOf(record));
  }
}
