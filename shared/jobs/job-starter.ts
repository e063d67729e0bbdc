import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Clock } from '../clock/clock.ts';
import type { JobSpec } from '../contracts/job-spec.ts';
import { TriadError } from '../errors/triad-error.ts';
import { jobFolder } from './job-folder.ts';
import { type CommandLine, type SpawnedProcess, spawnGated } from './spawn-job-process.ts';
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
  /** Holds one folder per job. */
  directory: string;
  clock: Clock;
  /** Of the jobs' processes. */
  environment: NodeJS.ProcessEnv;
}

/** A process that waits to be told to do its job. */
export interface PreparedProcess extends SpawnedProcess {
  /** Lets it begin; what it prints is in `logFile` from now on. */
  begin(logFile: string): void;
  /** Ends it without its job. */
  dismiss(): void;
}

/** Gives each job a process: one that waits in the pool of its program, or a new one. */
export class JobStarter {
  readonly jobNames: readonly string[];
  readonly #options: JobStarterOptions;
  readonly #pools = new Map<string, WarmPool>();
  /** Logs of processes that have no job yet; each launcher has a directory of its own. */
  readonly #logs: { all: string; own: string };
  #made = 0;

  constructor(options: JobStarterOptions) {
    const { programs, directory, clock, environment } = options;
    this.#options = options;
    this.jobNames = Object.keys(programs);
    const all = join(directory, '.pool');
    mkdirSync(all, { recursive: true });
    this.#logs = { all, own: mkdtempSync(join(all, 'launcher-')) };
    const logDirectory = this.#logs.own;
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

  /**
   * A process for the job, which waits: it can be recorded before it begins, so that no job runs
   * unrecorded. When this launcher dies instead, the process ends.
   */
  async prepare(spec: JobSpec, traceparent?: string): Promise<PreparedProcess> {
    const { commandLine } = this.program(spec.job);
    const worker = await this.#pools.get(spec.job)?.take();
    if (worker)
      return prepared(worker, worker.logFile, () => assign(worker, { spec, traceparent }));
    this.#made += 1;
    const logFile = join(this.#logs.own, `${spec.job}-gate-${this.#made}.log`);
    const own = { ...this.#variablesOf(spec), TRACEPARENT: traceparent };
    const environment = { ...this.#options.environment, ...own };
    const gated = await spawnGated({ commandLine, environment, logFile });
    return prepared(gated, logFile, () => gated.open());
  }

  #variablesOf(spec: JobSpec): NodeJS.ProcessEnv {
    const { heartbeat } = jobFolder(this.#options.directory, spec.id);
    return { TRIAD_JOB: JSON.stringify(spec), TRIAD_HEARTBEAT_FILE: heartbeat };
  }

  /** Removes what launchers that are gone have left. */
  sweep(): void {
    const { all, own } = this.#logs;
    for (const name of readdirSync(all)) {
      if (name !== basename(own)) rmSync(join(all, name), { recursive: true, force: true });
    }
  }

  /** Throws why the waiting processes of a program die, if they do. */
  check(): void {
    for (const { failure } of this.#pools.values()) if (failure) throw failure;
  }

  /** Ends the waiting processes. */
  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.close()));
    rmSync(this.#logs.own, { recursive: true, force: true });
  }
}

function prepared(process: SpawnedProcess, waitingLog: string, go: () => void): PreparedProcess {
  return {
    ...process,
    begin(logFile) {
      renameSync(waitingLog, logFile);
      go();
    },
    dismiss() {
      process.child.kill('SIGKILL');
      rmSync(waitingLog, { force: true });
    },
  };
}
