import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { childEnvironment } from '@triad/shared/config/child-environment.ts';
import type { ServiceMessage } from '@triad/shared/service/run-service.ts';

const repository = resolve(import.meta.dirname, '../../..');

export interface InvokerProcessOptions {
  home: string;
  messengerUrl: string;
  /** @default any free one */
  port?: number;
}

/** A real invoker, as the CLI starts it, with the scripted job of the conformance tests. */
export class InvokerProcess {
  readonly child: ChildProcess;
  readonly #first: Promise<ServiceMessage>;

  constructor({ home, messengerUrl, port = 0 }: InvokerProcessOptions) {
    const scripted = [process.execPath, join(repository, 'tests/harness/jobs/scripted-job.ts')];
    const log = openSync(join(home, 'invoker.log'), 'a');
    this.child = fork(join(repository, 'invoker/main.ts'), {
      stdio: ['ignore', log, log, 'ipc'],
      env: childEnvironment({
        TRIAD_HOME: home,
        TRIAD_INVOKER_PORT: String(port),
        TRIAD_ORCHESTRATOR_URL: messengerUrl,
        TRIAD_WARM_WORKERS: '0',
        TRIAD_JOBS: JSON.stringify({ scripted }),
      }),
    });
    closeSync(log);
    this.#first = once(this.child, 'message').then(([message]) => message);
  }

  /** The URL, once it listens. */
  async ready(): Promise<string> {
    const message = await this.#first;
    if (!message.ready) throw new Error(`${message.error.code}: ${message.error.message}`);
    return message.url;
  }

  /** Sends the signal, and gives the exit code and the signal that it ended with. */
  async end(signal: NodeJS.Signals): Promise<unknown[]> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return [];
    const exited = once(this.child, 'exit');
    this.child.kill(signal);
    return exited;
  }
}
