import { local } from '@triad/shared/access/principal.ts';
import { parseCommandId } from '@triad/shared/contracts/names.ts';
import type { Pipeline } from '@triad/shared/contracts/pipeline.ts';
import { encodeEvent } from '@triad/shared/contracts/push-envelope.ts';
import { topic } from '@triad/shared/contracts/topics.ts';
import { KyselyMessageStore } from '@triad/shared/messenger/kysely-message-store.ts';
import type { Messenger } from '@triad/shared/messenger/messenger.ts';
import { defaultDeliveryPolicy, PushMessenger } from '@triad/shared/messenger/push-messenger.ts';
import type { Database } from '@triad/shared/state/database.ts';
import { KyselyAlarmStore } from '@triad/shared/state/kysely-alarm-store.ts';
import { KyselyBackfillStore } from '@triad/shared/state/kysely-backfill-store.ts';
import { KyselyEventStore } from '@triad/shared/state/kysely-event-store.ts';
import { KyselyResultHistory } from '@triad/shared/state/kysely-result-history.ts';
import { KyselyRunFacts } from '@triad/shared/state/kysely-run-facts.ts';
import { KyselySensorStore } from '@triad/shared/state/kysely-sensor-store.ts';
import { KyselySilenceStore } from '@triad/shared/state/kysely-silence-store.ts';
import { KyselyStateStore } from '@triad/shared/state/kysely-state-store.ts';
import { KyselyTickLedger } from '@triad/shared/state/kysely-tick-ledger.ts';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';
import type { Kysely } from 'kysely';
import { Cancellations } from '../../../invoker/cancellations.ts';
import { Claims } from '../../../invoker/claim-command.ts';
import { CommandReceiver } from '../../../invoker/receive-command.ts';
import { receivePush } from '../../../invoker/receive-push.ts';
import { OutcomeReporter, outcomeOf } from '../../../invoker/report-outcome.ts';
import { Orchestrator } from '../../../orchestrator/orchestrator.ts';
import { FakeClock } from '../fake-clock.ts';
import { MemoryArtifactStore } from '../memory-artifact-store.ts';
import { recordingLogger } from '../recording-logger.ts';
import { seededRandom } from '../seeded-random.ts';
import { FakeProbe } from '../sensors/fake-probe.ts';
import { sequentialIds } from '../sequential-ids.ts';
import { MortalProcess } from './mortal-process.ts';
import { SimulatedJobs } from './simulated-jobs.ts';
import { SimulatedNetwork } from './simulated-network.ts';

interface OrchestratorProcess {
  life: MortalProcess;
  push: PushMessenger;
  orchestrator: Orchestrator;
}

interface InvokerProcess {
  life: MortalProcess;
  receive(body: unknown): Promise<void>;
}

/**
 * The real orchestrator, messenger and invoker on one fake clock, with jobs, network and deaths of
 * processes as the seed wills. What a process has committed outlives it; nothing else does.
 */
export class SimulatedSystem {
  readonly clock = new FakeClock();
  readonly state: KyselyStateStore;
  readonly jobs: SimulatedJobs;
  readonly network: SimulatedNetwork;
  readonly #random: () => number;
  readonly #db: Kysely<Database>;
  readonly #artifacts = new MemoryArtifactStore();
  readonly #ids = sequentialIds();
  readonly #pipelines: ReadonlyMap<string, Pipeline>;
  #orchestrator: OrchestratorProcess | undefined;
  #invoker: InvokerProcess | undefined;

  private constructor(seed: number, db: Kysely<Database>, pipelines: Pipeline[]) {
    this.#random = seededRandom(seed);
    this.#db = db;
    this.state = new KyselyStateStore(db);
    this.#pipelines = new Map(pipelines.map((pipeline) => [pipeline.name, pipeline]));
    this.jobs = new SimulatedJobs(this.#artifacts, this.clock, this.#random);
    this.network = new SimulatedNetwork(this.clock, this.#random);
  }

  static async create(seed: number, pipelines: Pipeline[]): Promise<SimulatedSystem> {
    const system = new SimulatedSystem(seed, await openSqlite(':memory:'), pipelines);
    await system.startOrchestrator();
    await system.startInvoker();
    return system;
  }

  /** Lets processes die at random, and come back after a while, until `seconds` have passed. */
  async live(seconds: number, deathsPerSecond: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      if (this.#random() < deathsPerSecond) this.killOrchestrator();
      if (this.#random() < deathsPerSecond) this.killInvoker();
      await this.clock.advance(1000 * this.#random());
      if (!this.#orchestrator && this.#random() < 0.3) await this.startOrchestrator();
      if (!this.#invoker && this.#random() < 0.3) await this.startInvoker();
    }
  }

  /** Ends all faults and gives the system `seconds` to come to rest. */
  async calmDown(seconds: number, isDone: () => Promise<boolean>): Promise<void> {
    this.network.faults = 0;
    this.jobs.faults = 0;
    if (!this.#orchestrator) await this.startOrchestrator();
    if (!this.#invoker) await this.startInvoker();
    for (let second = 0; second < seconds && !(await isDone()); second += 5) {
      await this.clock.advance(5000);
    }
  }

  /** Asks the orchestrator as a user would; `undefined` when it is down. */
  async ask(path: string, params: Record<string, string>, body?: object): Promise<unknown> {
    const route = this.#orchestrator?.orchestrator.routes.find(
      (candidate) => candidate.path === path && candidate.method === 'post',
    );
    return route?.handle({ params, query: {}, body, principal: local });
  }

  killOrchestrator(): void {
    this.#orchestrator?.life.kill();
    this.#orchestrator = undefined;
  }

  killInvoker(): void {
    this.#invoker?.life.kill();
    this.#invoker = undefined;
    this.jobs.abandon();
  }

  async startOrchestrator(): Promise<void> {
    const life = new MortalProcess();
    const clock = life.bindClock(this.clock);
    const { log } = recordingLogger();
    const common = { clock, ids: this.#ids, random: this.#random, log };
    const push = new PushMessenger({
      ...common,
      store: life.bind(new KyselyMessageStore(this.#db)),
      subscriptions: [
        { name: 'invoker', topic: topic.commands, endpoint: 'http://invoker/' },
        { name: 'orchestrator', topic: topic.outcomes, endpoint: 'http://orchestrator/' },
      ],
      fetch: async (url, init) => {
        const body: unknown = JSON.parse(String(init?.body));
        await this.network.call(() =>
          String(url).includes('invoker') ? this.#toInvoker(body) : this.#toOrchestrator(body),
        );
        return new Response(null, { status: 204 });
      },
      policy: { ...defaultDeliveryPolicy, maxAttempts: 30 },
    });
    const orchestrator = new Orchestrator({
      ...common,
      state: life.bind(this.state),
      ledger: life.bind(new KyselyTickLedger(this.#db)),
      backfills: life.bind(new KyselyBackfillStore(this.#db)),
      events: life.bind(new KyselyEventStore(this.#db)),
      sensors: life.bind(new KyselySensorStore(this.#db)),
      probes: { files: new FakeProbe(), http: new FakeProbe() },
      eventSources: [],
      history: life.bind(new KyselyResultHistory(this.#db)),
      messenger: push,
      artifacts: life.bind(this.#artifacts),
      workload: {
        getJob: (id) => this.network.call(async () => this.#aliveInvoker() && this.jobs.get(id)),
        check: async () => {},
      },
      pipelines: this.#pipelines,
      poolSizes: new Map([['warehouse', 1]]),
      maxActiveRuns: 100,
      codeRevision: 'test',
      schedulerEnabled: false,
      reconcileSeconds: 5,
      resendAfterSeconds: 30,
      queueLimitSeconds: 3600,
      alarms: {
        store: life.bind(new KyselyAlarmStore(this.#db)),
        silences: life.bind(new KyselySilenceStore(this.#db)),
        facts: life.bind(new KyselyRunFacts(this.#db)),
        channels: new Map(),
        url: 'http://orchestrator',
        watcherEnabled: true,
        watchSeconds: 15,
        remindSeconds: undefined,
        attempts: 20,
        deadman: undefined,
        fetch,
      },
    });
    this.#orchestrator = { life, push, orchestrator };
    await orchestrator.start();
  }

  async startInvoker(): Promise<void> {
    const life = new MortalProcess();
    const clock = life.bindClock(this.clock);
    const { log } = recordingLogger();
    const artifacts = life.bind(this.#artifacts);
    const messenger: Messenger = {
      publish: (name, event) =>
        this.network.call(async () => {
          if (!this.#orchestrator) throw new TypeError('connection refused');
          await this.#orchestrator.push.publishMessages(name, [
            { data: encodeEvent(event), attributes: {} },
          ]);
        }),
      deadLetter: async () => {},
      check: async () => {},
    };
    const outcomes = new OutcomeReporter({ messenger: life.bind(messenger), clock, log });
    const commands = new CommandReceiver({
      jobs: life.bind(this.jobs),
      claims: new Claims({ artifacts, clock, invoker: this.#ids.next() }),
      cancellations: new Cancellations(artifacts, clock),
      outcomes,
      clock,
      adopted: async () => {},
    });
    this.#invoker = { life, receive: (body) => receivePush({ commands, messenger, log }, body) };
    this.jobs.onEnd((job) => outcomes.report(outcomeOf(job)));
    for (const job of await this.jobs.adopt()) outcomes.report(outcomeOf(job));
  }

  #aliveInvoker(): true {
    if (!this.#invoker) throw new TypeError('connection refused');
    return true;
  }

  async #toInvoker(body: unknown): Promise<void> {
    this.#aliveInvoker();
    await this.#invoker?.receive(body);
  }

  async #toOrchestrator(body: unknown): Promise<void> {
    if (!this.#orchestrator) throw new TypeError('connection refused');
    const { routes } = this.#orchestrator.orchestrator;
    const route = routes.find(({ path }) => path === '/pubsub/push');
    await route?.handle({ params: {}, query: {}, body: body as object, principal: local });
  }

  /** The run and step of each job that runs now. */
  get runningSteps(): string[] {
    return [...this.jobs.running.keys()].map((id) => {
      const { runId, step } = parseCommandId(id);
      return `${runId}:${step}`;
    });
  }
}
