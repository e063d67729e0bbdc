import type { ChildProcess } from 'node:child_process';
import { type CancelTimer, type Clock, sleep } from '../clock/clock.ts';
import type { TriadError } from '../errors/triad-error.ts';
import type { Logger } from '../log/logger.ts';
import { JobLimits } from './job-limits.ts';
import type { JobRecord } from './job-record.ts';
import {
  isAlive,
  type ProcessEntry,
  type ProcessIdentity,
  processTree,
  readProcessTable,
} from './process-table.ts';
import { sendSignal } from './send-signal.ts';

/** A job whose process runs. */
export interface WatchedJob {
  record: JobRecord;
  leader: ProcessIdentity;
  /** Of a job that this launcher started, and of whose exit it is told; others are looked for. */
  child: ChildProcess | null;
}

export interface JobSupervisorOptions {
  clock: Clock;
  log: Logger;
  /** How often memory, time and life of the jobs are looked at, in milliseconds. */
  sampleMs: number;
  /** From SIGTERM to SIGKILL, in milliseconds. */
  killGraceMs: number;
  /** When the job last gave a sign of life. */
  lastBeat(record: JobRecord): Date | undefined;
  /** Stores that the job is being stopped, before it is. */
  onStopping(record: JobRecord): void;
  /** Called when a job that is no child is gone. */
  onGone(job: WatchedJob): void;
}

interface Watch extends WatchedJob {
  limits: JobLimits;
  /** The job's processes as last seen, to find those whose parent has gone since. */
  seen: ProcessIdentity[];
  /** Processes of other users, which cannot be signalled. */
  refused: Set<number>;
  /** When gentleness ends, in milliseconds since the epoch. */
  killAt: number;
}

/** How often what a job left behind is killed until it is gone: 2 s in all, as the pauses double. */
const releaseRounds = 10;

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
    const limits = new JobLimits(job.record);
    const watch: Watch = {
      ...job,
      limits,
      seen: [],
      refused: new Set(),
      killAt: Number.POSITIVE_INFINITY,
    };
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

  /**
   * Stops watching a job whose leader has ended, and kills whatever it left behind. What does not
   * die, such as a process of another user, is logged and left.
   */
  async release(id: string): Promise<void> {
    const watch = this.#watches.get(id);
    if (!watch) return;
    this.#watches.delete(id);
    const { clock, log } = this.#options;
    // A process can start another while the table is read, hence until none is found.
    for (let round = 0; round < releaseRounds; round += 1) {
      if (!this.#signal(watch, 'SIGKILL', readProcessTable())) return;
      await sleep(clock, 2 ** (round + 1));
    }
    const pids = watch.seen.map(({ pid }) => pid);
    log.error({ command: id, pids }, 'Processes that a job left behind do not die');
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
      if (this.#watches.size === 0) return;
      const table = readProcessTable();
      for (const watch of this.#watches.values()) this.#look(watch, table);
      if (this.#watches.size > 0) this.#cancelLook ??= this.#lookLater();
    });
  }

  #look(watch: Watch, table: Map<number, ProcessEntry>): void {
    const { record, leader, child, limits } = watch;
    if (!child && !isAlive(table, leader)) {
      this.#options.onGone(watch);
      return;
    }
    const tree = processTree(table, leader, watch.seen);
    watch.seen = tree;
    const now = this.#options.clock.now().getTime();
    if (now >= watch.killAt) this.#signal(watch, 'SIGKILL', table);

    const residentBytes = tree.reduce((sum, entry) => sum + entry.residentBytes, 0);
    const beat = this.#options.lastBeat(record);
    const reason = limits.exceeded({ residentBytes, beat }, now);
    if (!reason) return;
    this.stop(record.spec.id, 'failed', reason);
    // Memory may run out for everybody else before the job has tidied up.
    if (reason.code === 'JOB_MEMORY') this.#signal(watch, 'SIGKILL', table);
  }

  #terminate(watch: Watch): void {
    watch.killAt = this.#options.clock.now().getTime() + this.#options.killGraceMs;
    this.#signal(watch, 'SIGTERM', readProcessTable());
  }

  /** Signals every process of the job; false when there is none. */
  #signal(watch: Watch, signal: NodeJS.Signals, table: Map<number, ProcessEntry>): boolean {
    watch.seen = processTree(table, watch.leader, watch.seen);
    sendSignal(
      watch.seen.map(({ pid }) => pid),
      signal,
      { refused: watch.refused, log: this.#options.log },
    );
    return watch.seen.length > 0;
  }
}
