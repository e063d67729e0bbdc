import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { CancelTimer, Clock } from '@triad/shared/clock/clock.ts';
import {
  identify,
  type ProcessIdentity,
  processTree,
  readProcessTable,
} from '@triad/shared/jobs/process-table.ts';

export interface ContainerOptions {
  commandLine: readonly string[];
  env: NodeJS.ProcessEnv;
  clock: Clock;
  /** Ends it when it has more; without it, nothing does. In MiB. */
  memoryMiB?: number | undefined;
  /** From SIGTERM to SIGKILL, in milliseconds. */
  graceMs: number;
}

export interface ContainerEnd {
  /** Null when a signal ended it. */
  exitCode: number | null;
  /** The number of the signal that ended it. */
  signal: number | null;
  /** What it had, when it had more than it may. In MiB. */
  usedMiB: number | null;
}

/** How often a container's processes are looked at, in milliseconds. */
const sampleMs = 50;

/** A process of this machine in place of a container: with it end all that it started. */
export class EmulatedContainer {
  readonly ended: Promise<ContainerEnd>;
  readonly #options: ContainerOptions;
  readonly #leader: ProcessIdentity | undefined;
  #output = '';
  #seen: ProcessIdentity[] = [];
  #usedMiB: number | null = null;
  #cancelTimers: CancelTimer[] = [];

  constructor(options: ContainerOptions) {
    this.#options = options;
    const [program = '', ...args] = options.commandLine;
    const child = spawn(program, args, {
      detached: true,
      env: options.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        this.#output += chunk.toString('utf8');
      });
    }
    this.#leader = child.pid === undefined ? undefined : identify(child.pid);
    this.ended = new Promise((resolve) => {
      child.once('error', (error) => {
        this.#output += `${error.message}\n`;
        resolve(this.#endOf(127, null));
      });
      child.once('exit', (code, signal) => {
        const end = this.#endOf(code, signal);
        // What it printed last may still be on its way.
        child.once('close', () => resolve(end));
      });
    });
    this.#sampleLater();
  }

  /** Everything it printed so far. */
  get output(): string {
    return this.#output;
  }

  /** SIGTERM, and after the grace SIGKILL. */
  stop(): void {
    this.#signal('SIGTERM');
    this.#timer(this.#options.graceMs, () => this.kill());
  }

  kill(): void {
    this.#signal('SIGKILL');
  }

  /** Nothing outlives a container: what is left is killed until the table shows none of it. */
  #endOf(code: number | null, signal: NodeJS.Signals | null): ContainerEnd {
    for (const cancel of this.#cancelTimers) cancel();
    for (let round = 0; round < 50 && this.#signal('SIGKILL') > 0; round += 1);
    return {
      exitCode: code,
      signal: signal === null ? null : constants.signals[signal],
      usedMiB: this.#usedMiB,
    };
  }

  #signal(signal: NodeJS.Signals): number {
    const processes = this.#look();
    for (const { pid } of processes) {
      try {
        process.kill(pid, signal);
      } catch {
        // It has just ended.
      }
    }
    return processes.length;
  }

  #look() {
    if (!this.#leader) return [];
    const processes = processTree(readProcessTable(), this.#leader, this.#seen);
    this.#seen = processes;
    return processes;
  }

  #sampleLater(): void {
    this.#timer(sampleMs, () => {
      const bytes = this.#look().reduce((sum, { residentBytes }) => sum + residentBytes, 0);
      const { memoryMiB } = this.#options;
      if (memoryMiB !== undefined && bytes > memoryMiB * 2 ** 20) {
        this.#usedMiB = Math.ceil(bytes / 2 ** 20);
        this.kill();
      }
      this.#sampleLater();
    });
  }

  #timer(delayMs: number, callback: () => void): void {
    this.#cancelTimers.push(this.#options.clock.setTimer(delayMs, callback));
  }
}
