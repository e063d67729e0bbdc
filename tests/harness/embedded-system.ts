import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { RunView } from '@triad/shared/contracts/run-view.ts';
import { httpJson } from '@triad/shared/http/http-json.ts';
import { availablePort } from './available-port.ts';
import { temporaryDirectory } from './temporary-directory.ts';
import { until } from './until.ts';

const repository = resolve(import.meta.dirname, '../..');
type Service = 'orchestrator' | 'invoker';

/**
 * The real orchestrator and invoker as processes on a home of their own, with the pipelines of
 * `tests/harness/pipelines` and a job that does as its parameters say. Services can be killed and
 * started again.
 */
export class EmbeddedSystem {
  readonly home: string;
  readonly orchestratorUrl: string;
  readonly invokerUrl: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #processes = new Map<Service, ChildProcess>();

  private constructor(home: string, ports: Record<Service, number>, env: NodeJS.ProcessEnv) {
    this.home = home;
    this.orchestratorUrl = `http://127.0.0.1:${ports.orchestrator}`;
    this.invokerUrl = `http://127.0.0.1:${ports.invoker}`;
    this.#env = {
      ...process.env,
      TRIAD_HOME: home,
      TRIAD_ORCHESTRATOR_PORT: String(ports.orchestrator),
      TRIAD_INVOKER_PORT: String(ports.invoker),
      TRIAD_SCHEDULER: 'off',
      TRIAD_WARM_WORKERS: '0',
      TRIAD_RECONCILE_SECONDS: '0.2',
      TRIAD_PIPELINES_DIR: join(repository, 'tests/harness/pipelines'),
      TRIAD_JOBS: JSON.stringify({
        scripted: [process.execPath, join(repository, 'tests/harness/jobs/flow-job.ts')],
      }),
      ...env,
    };
  }

  static async create(env: NodeJS.ProcessEnv = {}): Promise<EmbeddedSystem> {
    const ports = { orchestrator: await availablePort(), invoker: await availablePort() };
    return new EmbeddedSystem(await temporaryDirectory(), ports, env);
  }

  static async start(env: NodeJS.ProcessEnv = {}): Promise<EmbeddedSystem> {
    const system = await EmbeddedSystem.create(env);
    await Promise.all([system.startService('orchestrator'), system.startService('invoker')]);
    return system;
  }

  async startService(service: Service): Promise<void> {
    await mkdir(join(this.home, 'logs'), { recursive: true });
    const child = fork(join(repository, service, 'main.ts'), [], { env: this.#env, silent: true });
    const log = createWriteStream(join(this.home, 'logs', `${service}.log`), { flags: 'a' });
    child.stdout?.pipe(log);
    child.stderr?.pipe(log, { end: false });
    const [message] = (await once(child, 'message')) as [{ ready: boolean }];
    if (!message.ready) throw new Error(`${service} did not start: ${JSON.stringify(message)}`);
    this.#processes.set(service, child);
  }

  /** As the kernel does it when memory is short: without a chance to tidy up. */
  async kill(service: Service): Promise<void> {
    await this.#end(service, 'SIGKILL');
  }

  async stop(): Promise<void> {
    await Promise.all([this.#end('orchestrator', 'SIGTERM'), this.#end('invoker', 'SIGTERM')]);
  }

  async #end(service: Service, signal: NodeJS.Signals): Promise<void> {
    const child = this.#processes.get(service);
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }

  async run(pipeline: string, params: RunView['params'] = {}, runDate = '2026-01-31') {
    const body = { pipeline, runDate, params };
    return (await this.ask('POST', '/v1/runs', body)) as RunView;
  }

  /** Lets the step of the run that holds go on. */
  letGo(runId: string): void {
    writeFileSync(join(this.home, `go-${runId}`), '');
  }

  /** Asks the orchestrator. */
  ask(method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown> {
    const url = `${this.orchestratorUrl}${path}`;
    return httpJson({ service: 'orchestrator', url, method, ...(body !== undefined && { body }) });
  }

  async show(runId: string): Promise<RunView> {
    return (await this.ask('GET', `/v1/runs/${runId}`)) as RunView;
  }

  /** The run, once `holds` does. */
  runWhen(runId: string, what: string, holds: (run: RunView) => boolean): Promise<RunView> {
    return until(what, async () => {
      const run = await this.show(runId);
      return holds(run) ? run : undefined;
    });
  }

  finished(runId: string): Promise<RunView> {
    return this.runWhen(runId, 'the run to finish', ({ finishedAt }) => finishedAt !== null);
  }
}
