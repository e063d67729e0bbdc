import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { compileCacheDirectory } from '../../cli/system/compile-cache.ts';
import { availablePort } from '../harness/available-port.ts';
import { TcpProxy } from './tcp-proxy.ts';

const repository = resolve(import.meta.dirname, '../..');

interface Member {
  service: 'orchestrator' | 'invoker';
  port: number;
  /** `undefined` while it is dead. */
  child: ChildProcess | undefined;
  kills: number;
}

/** The real services on one home, each reached through a proxy, brought back whenever they die. */
export class Fleet {
  readonly home: string;
  readonly members: Member[];
  readonly proxies: Record<Member['service'], TcpProxy>;
  readonly #env: NodeJS.ProcessEnv;
  readonly #urls: Record<Member['service'], string>;
  #closing = false;

  private constructor(
    home: string,
    members: Member[],
    proxies: Fleet['proxies'],
    urls: Record<Member['service'], string>,
    env: NodeJS.ProcessEnv,
  ) {
    this.home = home;
    this.members = members;
    this.proxies = proxies;
    this.#urls = urls;
    this.#env = env;
  }

  /** @param orchestrators how many share the database; one, when each has its own */
  static async start(orchestrators: number, env: NodeJS.ProcessEnv): Promise<Fleet> {
    const home = await mkdtemp(join(tmpdir(), 'triad-chaos-'));
    await mkdir(join(home, 'logs'), { recursive: true });
    const services = [
      ...Array<'orchestrator'>(orchestrators).fill('orchestrator'),
      'invoker',
    ] as const;
    const members: Member[] = [];
    for (const service of services) {
      members.push({ service, port: await availablePort(), child: undefined, kills: 0 });
    }
    /** One that lives, where there is one. */
    const portOf = (service: Member['service']) => () => {
      const own = members.filter((member) => member.service === service);
      const alive = own.filter(({ child }) => child);
      const from = alive.length > 0 ? alive : own;
      return from[Math.floor(Math.random() * from.length)]?.port ?? 0;
    };
    const proxies = {
      orchestrator: new TcpProxy(portOf('orchestrator')),
      invoker: new TcpProxy(portOf('invoker')),
    };
    const urls = {
      orchestrator: `http://127.0.0.1:${await proxies.orchestrator.listen()}`,
      invoker: `http://127.0.0.1:${await proxies.invoker.listen()}`,
    };
    const fleet = new Fleet(home, members, proxies, urls, env);
    await Promise.all(members.map((member) => fleet.#keepAlive(member)));
    return fleet;
  }

  /** Where users ask, past the bad network. */
  get url(): string {
    const alive = this.members.filter(({ service, child }) => service === 'orchestrator' && child);
    return `http://127.0.0.1:${alive[0]?.port ?? 0}`;
  }

  kill(member: Member): void {
    if (!member.child) return;
    member.kills += 1;
    member.child.kill('SIGKILL');
  }

  /** The processes of the jobs that have not ended, as their records tell. */
  jobPids(): number[] {
    const jobs = join(this.home, 'jobs');
    return readdirSync(jobs).flatMap((id) => {
      try {
        const text = readFileSync(join(jobs, id, 'job.json'), 'utf8');
        const record = JSON.parse(text) as { end: unknown; process: { pid: number } | null };
        return !record.end && record.process ? [record.process.pid] : [];
      } catch {
        return [];
      }
    });
  }

  async stop(): Promise<void> {
    this.#closing = true;
    for (const { child } of this.members) child?.kill('SIGTERM');
    await Promise.all(
      this.members.map(({ child }) => child && child.exitCode === null && once(child, 'exit')),
    );
    await Promise.all(Object.values(this.proxies).map((proxy) => proxy.close()));
  }

  /** Resolves when it is ready for the first time. */
  #keepAlive(member: Member): Promise<void> {
    const { service, port } = member;
    const ready = Promise.withResolvers<void>();
    const child = fork(join(repository, service, 'main.ts'), [], {
      silent: true,
      env: {
        ...process.env,
        NODE_COMPILE_CACHE: compileCacheDirectory,
        TRIAD_HOME: this.home,
        [`TRIAD_${service.toUpperCase()}_PORT`]: String(port),
        TRIAD_ORCHESTRATOR_URL: this.#urls.orchestrator,
        TRIAD_INVOKER_URL: this.#urls.invoker,
        TRIAD_PIPELINES_DIR: join(import.meta.dirname, 'pipelines'),
        TRIAD_SQL_DIR: join(import.meta.dirname, 'sql'),
        TRIAD_RECONCILE_SECONDS: '1',
        TRIAD_RESEND_SECONDS: '3',
        TRIAD_DELIVERY_ATTEMPTS: '100',
        TRIAD_JOBS: JSON.stringify({
          scripted: [process.execPath, join(repository, 'tests/harness/jobs/flow-job.ts')],
        }),
        ...this.#env,
      },
    });
    const log = createWriteStream(join(this.home, 'logs', `${service}-${port}.log`), {
      flags: 'a',
    });
    child.stdout?.pipe(log, { end: false });
    child.stderr?.pipe(log, { end: false });
    child.once('message', (message: { ready: boolean }) => {
      if (!message.ready) return;
      member.child = child;
      ready.resolve();
    });
    child.once('exit', async () => {
      member.child = undefined;
      log.end();
      if (this.#closing) return;
      await pause(1000 * Math.random());
      if (!this.#closing) this.#keepAlive(member).then(ready.resolve, ready.reject);
    });
    return ready.promise;
  }
}
