import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const repository = resolve(import.meta.dirname, '../..');

/** A service that was told to stop is given this long. */
const PATIENCE_MS = 30_000;

export interface MemberOptions {
  service: 'orchestrator' | 'invoker';
  port: number;
  env: NodeJS.ProcessEnv;
  /** Where its log goes. */
  logs: string;
}

/** One service, brought back whenever it dies. */
export class Member {
  readonly options: MemberOptions;
  /** How it ended without being told to, once it was ready. */
  readonly deaths: string[] = [];
  #child: ChildProcess | undefined;
  #isReady = false;
  #isTold = false;
  #isClosing = false;

  constructor(options: MemberOptions) {
    this.options = options;
  }

  get name(): string {
    return `${this.options.service}-${this.options.port}`;
  }

  /** Whether it is there; it may be paused. */
  get isUp(): boolean {
    return this.#isReady;
  }

  /** Resolves when it is ready for the first time. */
  async start(): Promise<void> {
    const ready = Promise.withResolvers<void>();
    this.#spawn(ready.resolve);
    await ready.promise;
  }

  /** Tells it to end, at once or in good order. */
  end(signal: 'SIGKILL' | 'SIGTERM'): void {
    this.#isTold = true;
    this.#child?.kill(signal);
  }

  /** Stops its time. It wakes up and knows nothing of it. */
  async pause(ms: number): Promise<void> {
    const child = this.#child;
    child?.kill('SIGSTOP');
    await pause(ms);
    child?.kill('SIGCONT');
  }

  /** @returns whether it ended in good order */
  async stop(): Promise<boolean> {
    this.#isClosing = true;
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return true;
    const exit = once(child, 'exit');
    this.end('SIGTERM');
    const force = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    await exit;
    clearTimeout(force);
    return child.signalCode !== 'SIGKILL';
  }

  #spawn(onReady: () => void): void {
    const { service, env, logs } = this.options;
    const child = fork(join(repository, service, 'main.ts'), [], { silent: true, env });
    this.#child = child;
    this.#isTold = false;
    const log = createWriteStream(join(logs, `${this.name}.log`), { flags: 'a' });
    child.stdout?.pipe(log, { end: false });
    child.stderr?.pipe(log, { end: false });
    child.on('message', (message: { ready: boolean }) => {
      if (!message.ready) return;
      this.#isReady = true;
      onReady();
    });
    child.once('close', async (code, signal) => {
      // Without its database it cannot start; that is no death.
      if (this.#isReady && !this.#isTold) this.deaths.push(`${this.name}: ${signal ?? code}`);
      this.#isReady = false;
      log.end();
      if (this.#isClosing) return;
      await pause(1000 * Math.random());
      if (!this.#isClosing) this.#spawn(onReady);
    });
  }
}
