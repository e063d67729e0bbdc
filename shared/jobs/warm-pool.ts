import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { CancelTimer, Clock } from '../clock/clock.ts';
import { TriadError, toTriadError } from '../errors/triad-error.ts';
import type { Assignment } from './receive-spec.ts';
import { type CommandLine, type SpawnedProcess, spawnJobProcess } from './spawn-job-process.ts';

export interface WarmPoolOptions {
  job: string;
  commandLine: CommandLine;
  /** Processes kept waiting. */
  size: number;
  environment: NodeJS.ProcessEnv;
  /** For the output of processes that wait; of this pool's launcher alone. */
  logDirectory: string;
  clock: Clock;
}

/** A process that has loaded its program, or is about to, and waits for its one job. */
export interface Worker extends SpawnedProcess {
  logFile: string;
  /** Settles when the program is loaded, or has ended without that. */
  loaded: Promise<unknown>;
}

/** Wait before a process that died idle is replaced, in milliseconds; doubles with each death. */
const retryDelayMs = { first: 500, longest: 30_000 };

/**
 * New processes load once no job has begun for this long, in milliseconds, so as not to slow those
 * that begin one after another; or when none waits any more.
 */
const quietMs = 100;

/** Processes of one job, started ahead of their work: a job then begins in milliseconds. */
export class WarmPool {
  readonly #options: WarmPoolOptions;
  #waiting: Worker[] = [];
  #starting = 0;
  #made = 0;
  #deaths = 0;
  #failure: TriadError | undefined;
  #lastDeath: Worker | undefined;
  /** Of the next process that is to fill a place. */
  #cancelRefill: CancelTimer | undefined;
  #closed = false;

  constructor(options: WarmPoolOptions) {
    this.#options = options;
  }

  /** Why the last process could not start or died idle, until another one has loaded. */
  get failure(): TriadError | undefined {
    return this.#failure;
  }

  /** Starts processes until enough wait, and resolves when all that wait have loaded. */
  async fill(): Promise<void> {
    this.#cancelRefill?.();
    this.#cancelRefill = undefined;
    const missing = this.#options.size - this.#waiting.length - this.#starting;
    const starts = Array.from({ length: this.#closed ? 0 : missing }, () => this.#startWaiting());
    await Promise.all(starts);
    await Promise.all(this.#waiting.map(({ loaded }) => loaded));
  }

  /** The process that waits longest, or a new one. */
  async take(): Promise<Worker> {
    const worker = this.#waiting.shift() ?? (await this.#start());
    // Not before it has begun its job.
    worker.child.once('disconnect', () => this.#refillWhenQuiet());
    void worker.exited.then(() => this.#refillWhenQuiet());
    return worker;
  }

  /** Ends the processes that wait. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelRefill?.();
    const idle = this.#waiting;
    this.#waiting = [];
    for (const { child } of idle) child.kill('SIGKILL');
    await Promise.all(idle.map(({ exited }) => exited));
    for (const { logFile } of idle) rmSync(logFile, { force: true });
  }

  async #startWaiting(): Promise<void> {
    this.#starting += 1;
    try {
      const worker = await this.#start();
      if (this.#closed) worker.child.kill('SIGKILL');
      this.#waiting.push(worker);
      void worker.exited.then((code) => this.#noteExit(worker, code));
    } catch (error) {
      this.#noteFailure(toTriadError(error));
    } finally {
      this.#starting -= 1;
    }
  }

  async #start(): Promise<Worker> {
    const { job, commandLine, environment, logDirectory } = this.#options;
    this.#made += 1;
    const logFile = join(logDirectory, `${job}-${this.#made}.log`);
    const spawned = await spawnJobProcess({ commandLine, environment, logFile, input: 'channel' });
    const ready = new Promise<void>((resolve) => spawned.child.once('message', () => resolve()));
    void ready.then(() => {
      this.#failure = undefined;
      this.#deaths = 0;
    });
    return { ...spawned, logFile, loaded: Promise.race([ready, spawned.exited]) };
  }

  #noteExit(worker: Worker, code: number | null): void {
    if (!this.#waiting.includes(worker)) return;
    this.#waiting = this.#waiting.filter((other) => other !== worker);
    // Of a program that dies again and again, the last log is kept.
    if (this.#lastDeath) rmSync(this.#lastDeath.logFile, { force: true });
    this.#lastDeath = worker;
    const end = code === null ? 'a signal' : `exit code ${code}`;
    const details = { job: this.#options.job, end, log: worker.logFile };
    this.#noteFailure(new TriadError('WORKER_DIED', details));
  }

  #noteFailure(failure: TriadError): void {
    this.#failure = failure;
    const delayMs = Math.min(retryDelayMs.first * 2 ** this.#deaths, retryDelayMs.longest);
    this.#deaths += 1;
    this.#refillLater(delayMs);
  }

  #refillWhenQuiet(): void {
    this.#refillLater(this.#waiting.length === 0 ? 0 : quietMs);
  }

  #refillLater(delayMs: number): void {
    this.#cancelRefill?.();
    if (this.#closed) return;
    this.#cancelRefill = this.#options.clock.setTimer(delayMs, () => {
      this.#cancelRefill = undefined;
      void this.#refill();
    });
  }

  /** Starts one process after another: several at a time would slow the jobs that run. */
  async #refill(): Promise<void> {
    if (this.#starting > 0 || this.#waiting.length >= this.#options.size) return;
    await this.#startWaiting();
    await this.#waiting.at(-1)?.loaded;
    // Unless a job has begun meanwhile, or a process has died.
    if (!this.#cancelRefill) this.#refillLater(0);
  }
}

/** Hands a worker its one job. One that cannot be reached is ended, so that its exit tells of it. */
export function assign(worker: Worker, assignment: Assignment): void {
  worker.child.send(assignment, (error) => {
    if (error) worker.child.kill('SIGKILL');
  });
}
