import type { Pipeline } from '@triad/shared/contracts/pipeline.ts';
import { MemoryArtifactStore } from '../../harness/memory-artifact-store.ts';
import { Chronicle, toldOf } from './chronicle.ts';
import { Dice } from './dice.ts';
import { EventQueue } from './event-queue.ts';
import { Feed } from './feed.ts';
import { strike } from './incidents.ts';
import { startInvoker } from './invoker-process.ts';
import { isAtRest } from './is-at-rest.ts';
import { Judge } from './judge.ts';
import { Life, watchedSince } from './life.ts';
import { Network } from './network.ts';
import { startOrchestrator } from './orchestrator-process.ts';
import { People } from './people.ts';
import type { InvokerProcess, OrchestratorProcess, ProcessOptions } from './processes.ts';
import type { Scenario } from './scenario.ts';
import { silentLog } from './silent-log.ts';
import { SimulatedJobs } from './simulated-jobs.ts';
import { memoryStores, type Stores } from './stores.ts';
import { Users } from './users.ts';
import { Warehouse } from './warehouse.ts';
import { calm, Weather } from './weather.ts';
import { type SeenRun, Witness } from './witness.ts';
import type { WorldReport } from './world-report.ts';

/** No fault happens before everything is up, in milliseconds. */
const BOOT_MS = 5000;
/** Once faults have stopped, runs that stand still for so long are stuck, in milliseconds. */
const PATIENCE_MS = 30 * 60_000;
/** By then the world must have come to rest, in milliseconds. */
const MOST_MS = 6 * 3_600_000;

/** One deterministic world: the real parts on simulated ground, as a scenario wills. */
export class World {
  readonly #scenario: Scenario;
  readonly #stores: Stores;
  readonly #queue: EventQueue;
  readonly #weather: Weather;
  readonly #network: Network;
  readonly #witness = new Witness();
  readonly #chronicle: Chronicle;
  readonly #artifacts = new MemoryArtifactStore();
  readonly #jobs: SimulatedJobs;
  readonly #feed: Feed;
  readonly #people: People;
  readonly #users: Users;
  readonly #dice: Dice;
  readonly #judge: Judge;
  readonly #orchestrators: (OrchestratorProcess | undefined)[];
  #invoker: InvokerProcess | undefined;
  #isStorm = true;
  /** What a process finds that starts now. */
  #pipelines: readonly Pipeline[];
  /** When a process died whose clock was wrong. */
  #clockWrongAt = 0;
  /** When a run changed last. */
  #movedAt = 0;

  constructor(scenario: Scenario, stores: Stores = memoryStores()) {
    const { seed } = scenario;
    this.#scenario = scenario;
    this.#pipelines = scenario.pipelines;
    this.#stores = stores;
    this.#dice = new Dice(seed, 2);
    this.#queue = new EventQueue(scenario.beginsAt, new Dice(seed, 3).next);
    this.#weather = new Weather(new Dice(seed, 4));
    this.#network = new Network(this.#queue, new Dice(seed, 5), this.#weather);
    this.#chronicle = new Chronicle(() => this.#queue.now);
    this.#orchestrators = Array.from({ length: scenario.orchestrators }, () => undefined);
    const see = (happening: Parameters<Witness['see']>[0]) => void this.#witness.see(happening);
    this.#jobs = new SimulatedJobs({
      artifacts: this.#artifacts,
      warehouse: new Warehouse((publication, standing) =>
        see({ what: 'published', publication, standing }),
      ),
      queue: this.#queue,
      dice: new Dice(seed, 6),
      weather: this.#weather,
      onStart: (spec) => see({ what: 'job started', spec }),
      onEnd: (commandId, end) => see({ what: 'job ended', commandId, end }),
    });
    this.#feed = new Feed(this.#queue, new Dice(seed, 8));
    this.#people = new People(this.#beget('people', () => () => {}));
    this.#users = new Users({
      dice: new Dice(seed, 7),
      scenario,
      witness: this.#witness,
      send: (request) => {
        const peer = this.#anyOrchestrator();
        const handle = async () => peer && request(peer);
        return this.#network.call(['user', 'orchestrator'], () => peer?.life, handle);
      },
      deadLetters: async () => (await stores.messages.deadLetters(5)).map(({ id }) => id),
      backfills: async () => (await stores.backfills.unfinished()).map(({ id }) => id),
    });
    this.#judge = this.#observe();
  }

  #observe(): Judge {
    const { poolSizes, maxActiveRuns, pipelines, edit, beginsAt, stormMs } = this.#scenario;
    const { state, ledger, alarms, events, sensors } = this.#stores;
    const surroundings = {
      runs: this.#witness.runs,
      artifacts: this.#artifacts,
      state,
      ledger,
      alarms,
      events,
      sensors,
      feed: this.#feed,
      people: this.#people,
      poolSizes,
      maxActiveRuns,
      pipelines,
      definitions: [...pipelines, ...(edit?.pipelines ?? [])],
      watchesAlarms: this.#scenario.watchesAlarms,
      decided: this.#users.decided,
      from: beginsAt + BOOT_MS,
      until: beginsAt + stormMs,
    };
    this.#witness.add(toldOf, (happening) => this.#chronicle.tell(happening));
    this.#witness.add(['run changed'], () => {
      this.#movedAt = this.#queue.now;
    });
    return new Judge(this.#witness, surroundings, this.#queue, this.#chronicle);
  }

  /** All runs that there were. */
  get runs(): Iterable<SeenRun> {
    return this.#witness.runs.values();
  }

  async live(): Promise<WorldReport> {
    const { beginsAt, stormMs } = this.#scenario;
    await this.#witness.learn(this.#stores.state);
    for (const index of this.#orchestrators.keys()) this.#bootOrchestrator(index);
    this.#bootInvoker();
    await this.#until(beginsAt + BOOT_MS);
    this.#weather.climate = this.#scenario.climate;
    this.#often(this.#scenario.incidentsPerMinute, () => this.#strike());
    this.#often(this.#scenario.actionsPerMinute, () => void this.#users.act());
    this.#often(this.#scenario.changesPerMinute, () => this.#feed.change());
    this.#deploy();
    if (this.#scenario.watchesAlarms) this.#letTimePass();
    await this.#until(beginsAt + stormMs);
    await this.#calmDown();
    return {
      seed: this.#scenario.seed,
      runs: this.#witness.runs.size,
      hash: this.#chronicle.hash(),
      violations: this.#judge.violations,
      faults: this.#weather.counts,
      checks: this.#judge.checks,
      log: this.#chronicle.lines,
    };
  }

  /** Ends all faults, and gives the world time to come to rest. */
  async #calmDown(): Promise<void> {
    this.#chronicle.note('all faults end');
    this.#isStorm = false;
    this.#weather.climate = calm;
    this.#network.heal();
    // Who is frozen thaws when it is time: what would have happened meanwhile is put off till then.
    for (const life of this.#lives()) life.clockOffsetMs = 0;
    void this.#users.keepPaused((ms) => this.#queue.pause(ms));
    this.#movedAt = this.#queue.now;
    const end = this.#queue.now + MOST_MS;
    const isPatient = () => this.#queue.now < Math.min(this.#movedAt + PATIENCE_MS, end);
    // Once more after a while: requests that took long may have come, and alarms are looked at.
    for (let isQuiet = false; !isQuiet && isPatient(); ) {
      while (isPatient() && !(await this.#isAtRest())) {
        await this.#until(this.#queue.now + 5000);
        if (this.#judge.violations.length > 0) return;
      }
      await this.#until(this.#queue.now + (this.#scenario.watchesAlarms ? 150_000 : 45_000));
      isQuiet = await this.#isAtRest();
    }
    if (this.#judge.violations.length === 0) await this.#witness.see({ what: 'rest' });
  }

  #isAtRest(): Promise<boolean> {
    return isAtRest(this.#scenario, this.#witness.runs.values(), this.#stores, this.#feed);
  }

  /** Lets happen what happens until then: all that follows from one event before the next. */
  #until(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const next = (): void => {
        const isOver = this.#judge.violations.length > 0 || !this.#queue.step(ms);
        if (isOver) resolve();
        else void settled.then(whenAllHappened);
      };
      // A tick that a promise asks for comes when no promise is left to go on.
      const whenAllHappened = () => process.nextTick(next);
      void settled.then(whenAllHappened);
    });
  }

  /** So many times a minute, while there are faults. */
  #often(perMinute: number, act: () => void): void {
    if (perMinute === 0) return;
    const next = () => {
      if (!this.#isStorm) return;
      act();
      this.#queue.in((2 * this.#dice.next() * 60_000) / perMinute, next);
    };
    this.#queue.in((2 * this.#dice.next() * 60_000) / perMinute, next);
  }

  #letTimePass(): void {
    const { now } = this.#queue;
    const lives = this.#orchestrators.flatMap((process) => process?.life ?? []);
    const since = Math.max(watchedSince(lives, now), this.#clockWrongAt);
    void this.#witness.see({ what: 'time passed', now, watchedSince: since });
    this.#queue.in(20_000, () => this.#letTimePass());
  }

  /** Not before everything is up: without it no scheduler starts. */
  get #isLedgerDown(): boolean {
    const { ledgerIsDown, beginsAt } = this.#scenario;
    return ledgerIsDown && this.#isStorm && this.#queue.now > beginsAt + BOOT_MS;
  }

  /** Starts the orchestrators again, one after the other, with pipelines that were edited. */
  #deploy(): void {
    const { edit } = this.#scenario;
    if (!edit) return;
    this.#queue.in(edit.afterMs, () => {
      this.#chronicle.note('pipelines are edited');
      this.#pipelines = edit.pipelines;
      for (const process of this.#orchestrators) {
        this.#queue.in(this.#dice.between(0, 30_000), () => process?.life.die());
      }
    });
  }

  #strike(): void {
    strike({
      dice: this.#dice,
      queue: this.#queue,
      weather: this.#weather,
      network: this.#network,
      lives: () => this.#lives(),
      note: (text) => this.#chronicle.note(text),
    });
  }

  #lives(): Life[] {
    return [...this.#orchestrators, this.#invoker].flatMap((process) => process?.life ?? []);
  }

  #anyOrchestrator(): OrchestratorProcess | undefined {
    return this.#dice.pickAny(this.#orchestrators.filter((process) => process !== undefined));
  }

  #bootOrchestrator(index: number): void {
    const life = this.#beget(`orchestrator ${index}`, () => {
      this.#orchestrators[index] = undefined;
      return () => this.#bootOrchestrator(index);
    });
    const { process, started } = startOrchestrator(this.#optionsOf(life));
    this.#orchestrators[index] = process;
    // As in `main.ts`, a start that fails ends the process.
    started.catch(() => life.die());
  }

  #bootInvoker(): void {
    const life = this.#beget('invoker', () => {
      this.#invoker = undefined;
      this.#jobs.abandon();
      return () => this.#bootInvoker();
    });
    const { process, started } = startInvoker(this.#optionsOf(life));
    this.#invoker = process;
    started.catch(() => life.die());
  }

  /** @param bury gives what follows when somebody has started it again */
  #beget(name: string, bury: () => () => void): Life {
    return new Life({
      name,
      queue: this.#queue,
      dice: this.#dice,
      weather: this.#weather,
      latencyMs: this.#scenario.latencyMs,
      onDeath: (life) => {
        this.#chronicle.note(`${name} dies`);
        if (life.clockOffsetMs !== 0) this.#clockWrongAt = this.#queue.now;
        const boot = bury();
        this.#queue.in(this.#dice.between(100, this.#isStorm ? 20_000 : 1000), boot);
      },
    });
  }

  #optionsOf(life: Life): ProcessOptions {
    return {
      life,
      scenario: this.#scenario,
      pipelines: this.#pipelines,
      stores: this.#stores,
      artifacts: this.#artifacts,
      jobs: this.#jobs,
      network: this.#network,
      feed: this.#feed,
      queue: this.#queue,
      witness: this.#witness,
      dice: this.#dice,
      log: silentLog,
      isLedgerDown: () => this.#isLedgerDown,
      peers: {
        orchestrator: () => this.#anyOrchestrator(),
        invoker: () => this.#invoker,
      },
      people: this.#people,
    };
  }
}

const settled = Promise.resolve();
