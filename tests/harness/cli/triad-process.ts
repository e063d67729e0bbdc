import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { until } from '../until.ts';

const repository = resolve(import.meta.dirname, '../../..');

export interface Ended {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/** The `triad` command as a real process, whose streams are no terminal. */
export class TriadProcess {
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown[]>;
  stdout = '';
  stderr = '';

  constructor(args: string[], env: NodeJS.ProcessEnv) {
    this.#child = spawn(process.execPath, [resolve(repository, 'cli/main.ts'), ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#closed = once(this.#child, 'close');
    this.#child.stdout?.setEncoding('utf8').on('data', (text) => (this.stdout += text));
    this.#child.stderr?.setEncoding('utf8').on('data', (text) => (this.stderr += text));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** The first line of one of the streams that the pattern matches. */
  saying(stream: 'stdout' | 'stderr', pattern: RegExp): Promise<RegExpExecArray> {
    return until(`${pattern} on ${stream}`, async () => pattern.exec(this[stream]) ?? undefined);
  }

  async ended(): Promise<Ended> {
    await this.#closed;
    return { exitCode: this.#child.exitCode, stdout: this.stdout, stderr: this.stderr };
  }
}

/** Runs the command with these arguments to its end. */
export const triadProcess = (args: string[], env: NodeJS.ProcessEnv): Promise<Ended> =>
  new TriadProcess(args, env).ended();
