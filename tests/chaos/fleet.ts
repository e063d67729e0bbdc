import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { homeLayout } from '@triad/shared/config/home.ts';
import { jobFolder } from '@triad/shared/jobs/job-folder.ts';
import type { JobRecord } from '@triad/shared/jobs/job-record.ts';
import { parseRecord } from '@triad/shared/jobs/job-records.ts';
import { compileCacheDirectory } from '../../cli/system/compile-cache.ts';
import { httpReceiver } from '../harness/alarms/http-receiver.ts';
import { availablePort } from '../harness/available-port.ts';
import type { ChaosDatabase } from './databases.ts';
import { Member, type MemberOptions } from './member.ts';
import { TcpProxy } from './tcp-proxy.ts';

/** The real services on one home, with everything between them going through proxies. */
export class Fleet {
  readonly home: string;
  readonly members: Member[] = [];
  readonly proxies: TcpProxy[] = [];
  /** Whoever hears of alarms. */
  readonly people: Awaited<ReturnType<typeof httpReceiver>>;

  #stopped: Promise<string[]> | undefined;

  private constructor(home: string, people: Fleet['people']) {
    this.home = home;
    this.people = people;
  }

  static async start(database: ChaosDatabase): Promise<Fleet> {
    const home = await mkdtemp(join(tmpdir(), 'triad-chaos-'));
    const fleet = new Fleet(home, await httpReceiver());
    await mkdir(homeLayout(home).logs, { recursive: true });
    const env = await fleet.#environment(String(database.slowness));
    for (let index = 0; index < database.orchestrators; index += 1) {
      await fleet.#add('orchestrator', env, database);
    }
    await fleet.#add('invoker', env);
    await Promise.all(fleet.members.map((member) => member.start()));
    return fleet;
  }

  /** Where users ask, past the bad network. */
  get url(): string {
    return `http://127.0.0.1:${this.#portOf('orchestrator')}`;
  }

  /** Jobs that have not ended, as their records tell. */
  unfinishedJobs(): JobRecord[] {
    return this.jobs().filter(({ end }) => !end);
  }

  jobs(): JobRecord[] {
    const { jobs } = homeLayout(this.home);
    return readdirSync(jobs).flatMap((id) => {
      try {
        return [parseRecord(readFileSync(jobFolder(jobs, id).record, 'utf8'))];
      } catch {
        // It is just being made.
        return [];
      }
    });
  }

  /** @returns those that did not end in good order */
  stop(): Promise<string[]> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<string[]> {
    const ended = await Promise.all(this.members.map((member) => member.stop()));
    await Promise.all(this.proxies.map((proxy) => proxy.close()));
    await this.people.close();
    return this.members.filter((_member, index) => !ended[index]).map(({ name }) => name);
  }

  /** One that is up, where there is one. */
  #portOf(service: MemberOptions['service']): number {
    const own = this.members.filter(({ options }) => options.service === service);
    const up = own.filter(({ isUp }) => isUp);
    const from = up.length > 0 ? up : own;
    return from[Math.floor(Math.random() * from.length)]?.options.port ?? 0;
  }

  /** @param seconds between two looks of the loops of a service */
  async #environment(seconds: string): Promise<NodeJS.ProcessEnv> {
    const urlOf = async (name: string, target: () => number) =>
      `http://127.0.0.1:${await this.#proxy({ name, target })}`;
    const peoplePort = Number(new URL(this.people.url).port);
    return {
      ...process.env,
      NODE_COMPILE_CACHE: compileCacheDirectory,
      TRIAD_HOME: this.home,
      TRIAD_ORCHESTRATOR_URL: await urlOf('orchestrator', () => this.#portOf('orchestrator')),
      TRIAD_INVOKER_URL: await urlOf('invoker', () => this.#portOf('invoker')),
      TRIAD_PIPELINES_DIR: join(import.meta.dirname, 'pipelines'),
      TRIAD_SQL_DIR: join(import.meta.dirname, 'sql'),
      TRIAD_RECONCILE_SECONDS: seconds,
      TRIAD_RESEND_SECONDS: '3',
      TRIAD_DELIVERY_ATTEMPTS: '100',
      TRIAD_WATCH_SECONDS: seconds,
      TRIAD_ALARM_ATTEMPTS: '100',
      TRIAD_ALARM_CHANNELS: JSON.stringify({
        people: { type: 'webhook', url: await urlOf('people', () => peoplePort) },
      }),
      TRIAD_POOLS: JSON.stringify({ solo: 1 }),
      TRIAD_JOBS: JSON.stringify({
        mortal: [process.execPath, join(import.meta.dirname, 'mortal-job.ts')],
      }),
    };
  }

  async #proxy(options: ConstructorParameters<typeof TcpProxy>[0]): Promise<number> {
    const proxy = new TcpProxy(options);
    this.proxies.push(proxy);
    return proxy.listen();
  }

  /** Each has a way of its own to the database, so that one alone can be cut off from it. */
  async #add(
    service: MemberOptions['service'],
    env: NodeJS.ProcessEnv,
    database?: ChaosDatabase,
  ): Promise<void> {
    const port = await availablePort();
    const own: NodeJS.ProcessEnv = {
      ...env,
      [`TRIAD_${service.toUpperCase()}_PORT`]: String(port),
    };
    if (database?.url) {
      const url = new URL(database.url);
      const target = Number(url.port);
      url.port = String(
        await this.#proxy({
          name: `database of ${service}-${port}`,
          target: () => target,
          unheardMs: database.unheardMs,
        }),
      );
      // What a bad network costs is time; here there is less of it.
      url.searchParams.set('query_timeout', '5000');
      url.searchParams.set('idle_in_transaction_session_timeout', '5000');
      own.TRIAD_DATABASE_URL = url.href;
    }
    this.members.push(new Member({ service, port, env: own, logs: homeLayout(this.home).logs }));
  }
}
