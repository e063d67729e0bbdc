import { join } from 'node:path';
import type { Clock } from '../clock/clock.ts';
import { TriadError } from '../errors/triad-error.ts';
import type { JobRecord } from './job-record.ts';
import type { JobRecords } from './job-records.ts';
import { type CommandLine, type SpawnedProcess, spawnJobProcess } from './spawn-job-process.ts';
import { assign, WarmPool } from './warm-pool.ts';

/** A program that does jobs. */
export interface JobProgram {
  commandLine: CommandLine;
  /**
   * Processes kept waiting for work, which must be programs that call `runJob`. With 0, any
   * program will do: it gets its spec in the environment variable `TRIAD_JOB`.
   */
  warm: number;
}

export interface JobStarterOptions {
  /** By job name. */
  programs: Readonly<Record<string, JobProgram>>;
  records: JobRecords;
  clock: Clock;
  /** Of the jobs' processes. */
  environment: NodeJS.ProcessEnv;
}

/** Gives each job a process: one that waits in the pool of its program, or a new one. */
export class JobStarter {
  readonly jobNames: readonly string[];
  readonly #options: JobStarterOptions;
  readonly #pools = new Map<string, WarmPool>();

  constructor(options: JobStarterOptions) {
    const { programs, records, clock, environment } = options;
    this.#options = options;
    this.jobNames = Object.keys(programs);
    const logDirectory = join(records.directory, '.pool');
    for (const [job, { commandLine, warm: size }] of Object.entries(programs)) {
      if (size === 0) continue;
      const pool = new WarmPool({ job, commandLine, size, environment, logDirectory, clock });
      this.#pools.set(job, pool);
    }
  }

  /** The program of a job; `JOB_UNKNOWN` when there is none. */
  program(job: string): JobProgram {
    const { programs } = this.#options;
    const program = Object.hasOwn(programs, job) ? programs[job] : undefined;
    if (!program) throw new TriadError('JOB_UNKNOWN', { job, known: this.jobNames.join(', ') });
    return program;
  }

  /** Fills the pools; resolves when every waiting process has loaded its program. */
  async warmUp(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.fill()));
  }

  /** Starts the job, and records its process before that knows its job: no job runs unrecorded. */
  async start(record: JobRecord, traceparent?: string): Promise<SpawnedProcess> {
    const { records, environment } = this.#options;
    const { spec } = record;
    const { commandLine } = this.program(spec.job);
    const logFile = records.folder(spec.id).log;
    const worker = await this.#pools.get(spec.job)?.take();
    const started =
      worker ??
      (await spawnJobProcess({
        commandLine,
        environment: {
          ...environment,
          TRIAD_JOB: JSON.stringify(spec),
          TRACEPARENT: traceparent,
        },
        logFile,
        channel: false,
      }));
    try {
      record.process = started.identity;
      records.update(record);
      if (worker) assign(worker, { spec, traceparent }, logFile);
    } catch (error) {
      started.child.kill('SIGKILL');
      throw error;
    }
    return started;
  }

  /** Throws why the waiting processes of a program die, if they do. */
  check(): void {
    for (const { failure } of this.#pools.values()) if (failure) throw failure;
  }

  /** Ends the waiting processes. */
  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.close()));
  }
}
