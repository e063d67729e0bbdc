import type { ChildProcess } from 'node:child_process';
import type { CancelTimer, Clock } from '../clock/clock.ts';
import { isSystemError } from '../errors/system-error.ts';
import { TriadError } from '../errors/triad-error.ts';
import type { JobRecord } from './job-record.ts';
import {
  isAlive,
  type ProcessEntry,
  type ProcessIdentity,
  processTree,
  readProcessTable,
} from './process-table.ts';

/** A job whose process runs. */
export interface WatchedJob {
  record: JobRecord;
  leader: ProcessIdentity;
  /** Of a job that this launcher started, and of whose exit it is told; others are looked for. */
  child: ChildProcess | null;
}

export interface JobSupervisorOptions {
  clock: Clock;
  /** How often memory, time and life of the jobs are looked at, in milliseconds. */
  sampleMs: number;
  /** From SIGTERM to SIGKILL, in milliseconds. */
  killGraceMs: number;
  /** Stores that the job is being stopped, before it is. */
  onStopping(record: JobRecord): void;
  /** Called when a job that is no child is gone. */
  onGone(job: WatchedJob): void;
}

interface Watch extends WatchedJob {
  /** The job's processes as last seen, to find those whose parent has gone since. */
  seen: ProcessIdentity[];
  /** When gentleness ends, in milliseconds since the epoch. */
  killAt: number;
}

/** Keeps running jobs within their limits, and ends them with all their processes. */
export class JobSupervisor {
  readonly #options: JobSupervisorOptions;
  readonly #watches = new Map<string, Watch>();
  #cancelLook: CancelTimer | undefined;

  constructor(options: JobSupervisorOptions) {
    this.#options = options;
  }

  has(id: string): boolean {
    return this.#watches.has(id);
  }

  watch(job: WatchedJob): void {
    const watch = { ...job, seen: [], killAt: Number.POSITIVE_INFINITY };
    this.#watches.set(job.record.spec.id, watch);
    if (job.record.stopping) this.#terminate(watch);
    this.#cancelLook ??= this.#lookLater();
  }

  /** Ends the job gently, then by force. The first reason given stays. */
  stop(id: string, state: 'cancelled' | 'failed', reason: TriadError): void {
    const watch = this.#watches.get(id);
    if (!watch || watch.record.stopping) return;
    watch.record.stopping = { state, error: reason.report() };
    this.#options.onStopping(watch.record);
    this.#terminate(watch);
  }

  /** Stops watching a job whose leader has ended, and kills whatever it left behind. */
  release(id: string): void {
    const watch = this.#watches.get(id);
    if (!watch) return;
    this.#watches.delete(id);
    // A process can start another while the table is read, hence until none is found.
    for (let found = true; found; ) found = this.#signal(watch, 'SIGKILL', readProcessTable());
  }

  /** Leaves all jobs alone; this process need not wait for them. */
  close(): void {
    for (const { child } of this.#watches.values()) child?.unref();
    this.#watches.clear();
    this.#cancelLook?.();
    this.#cancelLook = undefined;
  }

  #lookLater(): CancelTimer {
    return this.#options.clock.setTimer(this.#options.sampleMs, () => {
      this.#cancelLook = undefined;
      const table = readProcessTable();
      for (const watch of this.#watches.values()) this.#look(watch, table);
      if (this.#watches.size > 0) this.#cancelLook ??= this.#lookLater();
    });
  }

  #look(watch: Watch, table: Map<number, ProcessEntry>): void {
    const { record, leader, child } = watch;
    if (!child && !isAlive(table, leader)) {
      this.#options.onGone(watch);
      return;
    }
    const tree = processTree(table, leader, watch.seen);
    watch.seen = tree;
    const now = this.#options.clock.now().getTime();
    if (now >= watch.killAt) this.#signal(watch, 'SIGKILL', table);

    const { timeLimitSeconds, memoryMiB } = record.spec.resources;
    if (now >= Date.parse(record.createdAt) + timeLimitSeconds * 1000) {
      this.stop(
        record.spec.id,
        'failed',
        new TriadError('JOB_TIMEOUT', { limit: timeLimitSeconds }),
      );
    }
    const used = Math.ceil(
      tree.reduce((sum, { residentBytes }) => sum + residentBytes, 0) / 2 ** 20,
    );
    if (used > memoryMiB) {
      this.stop(record.spec.id, 'failed', new TriadError('JOB_MEMORY', { used, limit: memoryMiB }));
      // Memory may run out for everybody else before the job has tidied up.
      this.#signal(watch, 'SIGKILL', table);
    }
  }

  #terminate(watch: Watch): void {
    watch.killAt = this.#options.clock.now().getTime() + this.#options.killGraceMs;
    this.#signal(watch, 'SIGTERM', readProcessTable());
  }

  /** Signals every process of the job; false when there is none. */
  #signal(watch: Watch, signal: NodeJS.Signals, table: Map<number, ProcessEntry>): boolean {
    watch.seen = processTree(table, watch.leader, watch.seen);
    for (const { pid } of watch.seen) sendSignal(pid, signal);
    return watch.seen.length > 0;
  }
}

/** A process that has just ended needs no signal. */
function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!isSystemError(error, 'ESRCH')) throw error;
  }
}
