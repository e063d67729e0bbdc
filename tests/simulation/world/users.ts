import type { Dice } from './dice.ts';
import type { OrchestratorProcess } from './processes.ts';
import { type Scenario, userEvent } from './scenario.ts';
import type { Witness } from './witness.ts';

export interface UsersOptions {
  dice: Dice;
  scenario: Scenario;
  witness: Witness;
  /** Sends a request to an orchestrator, as from outside. */
  send: (request: (to: OrchestratorProcess) => Promise<unknown>) => Promise<unknown>;
  deadLetters: () => Promise<string[]>;
  backfills: () => Promise<string[]>;
}

/** People who start, cancel, retry, approve, skip, pause and backfill, at any time. */
export class Users {
  /** What they decided of approvals: `runId:step/decision`. */
  readonly decided = new Set<string>();
  readonly #options: UsersOptions;
  #keys = 0;

  constructor(options: UsersOptions) {
    this.#options = options;
  }

  /** One of them does something; that it is refused, or lost, is all right. */
  async act(): Promise<void> {
    const { dice } = this.#options;
    const action = dice.pick([
      () => this.#start(),
      () => this.#start(),
      () => this.#start(),
      () => this.#ofRun('cancel'),
      () => this.#ofRun('retry'),
      () => this.#ofRun('retry'),
      () => this.#ofRun('rerun'),
      () => this.#decide(),
      () => this.#decide(),
      () => this.#skip(),
      () => this.#pause(),
      () => this.#backfill(),
      () => this.#cancelBackfill(),
      () => this.#replay(),
      () => this.#ask('/v1/tick', {}),
      () => this.#sendEvent(),
    ]);
    await action().catch(() => {});
  }

  /** Again and again, since requests to resume may still be on their way. */
  async keepPaused(pause: (ms: number) => Promise<void>): Promise<never> {
    for (;;) {
      await pause(45_000);
      for (const { name, schedule } of this.#options.scenario.pipelines) {
        const request = { params: { name } };
        if (schedule) await this.#ask('/v1/pipelines/{name}:pause', request).catch(() => {});
      }
    }
  }

  #ask(path: string, request: Parameters<OrchestratorProcess['ask']>[1]): Promise<unknown> {
    return this.#options.send((orchestrator) => orchestrator.ask(path, request));
  }

  get #pipeline(): string {
    return this.#options.dice.pickAny(this.#options.scenario.pipelines)?.name ?? '';
  }

  async #start(): Promise<void> {
    const { dice } = this.#options;
    const params = { level: dice.integer(0, 1), parts: dice.pick(['', 'a', 'a,b,c']) };
    const body = { pipeline: this.#pipeline, runDate: '2023-12-31', params };
    if (dice.happens(0.5)) return void (await this.#ask('/v1/runs', { body }));
    // Asked until it is answered: the key makes it one run.
    this.#keys += 1;
    const request = { body, key: `key-${this.#keys}` };
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const isAnswered = await this.#ask('/v1/runs', request).then(
        () => true,
        () => false,
      );
      if (isAnswered) return;
    }
  }

  /** Twice, as senders do that heard nothing. */
  async #sendEvent(): Promise<void> {
    this.#keys += 1;
    const id = `event-${this.#keys}`;
    const body = { specversion: '1.0', id, source: 'users', type: userEvent, data: {} };
    await this.#ask('/v1/events', { body }).catch(() => {});
    await this.#ask('/v1/events', { body });
  }

  get #run() {
    return this.#options.dice.pickAny([...this.#options.witness.runs.values()].slice(-12));
  }

  async #ofRun(verb: 'cancel' | 'retry' | 'rerun'): Promise<void> {
    const runId = this.#run?.plan.runId;
    await this.#ask(`/v1/runs/{runId}:${verb}`, { params: { runId } });
  }

  async #decide(): Promise<void> {
    const { dice, witness } = this.#options;
    const waiting = [...witness.runs.values()].flatMap(({ plan, status }) =>
      [...status.steps]
        .filter(([, { state }]) => state === 'awaiting')
        .map(([step]) => ({ runId: plan.runId, step })),
    );
    const params = dice.pickAny(waiting);
    if (!params) return;
    const verb = dice.pick(['approve', 'approve', 'refuse'] as const);
    const decision = verb === 'approve' ? 'approved' : 'refused';
    this.decided.add(`${params.runId}:${params.step}/${decision}`);
    await this.#ask(`/v1/runs/{runId}/steps/{step}:${verb}`, { params, body: { by: 'ann' } });
  }

  async #skip(): Promise<void> {
    const run = this.#run;
    const step = this.#options.dice.pickAny([...(run?.status.steps.keys() ?? [])]);
    const params = { runId: run?.plan.runId, step };
    const body = { by: 'ann', reason: 'x' };
    await this.#ask('/v1/runs/{runId}/steps/{step}:skip', { params, body });
  }

  async #pause(): Promise<void> {
    const verb = this.#options.dice.pick(['pause', 'resume', 'resume']);
    await this.#ask(`/v1/pipelines/{name}:${verb}`, { params: { name: this.#pipeline } });
  }

  async #backfill(): Promise<void> {
    const { dice } = this.#options;
    const day = dice.integer(1, 3);
    const body = {
      from: `2023-12-0${day}`,
      to: `2023-12-0${day}`,
      concurrency: dice.integer(1, 3),
      onlyMissing: dice.happens(0.5),
    };
    const pipeline = this.#options.scenario.pipelines.find(({ schedule }) => !schedule);
    // A schedule of every minute has too many dates in a day.
    if (!pipeline) return;
    await this.#ask('/v1/pipelines/{name}:backfill', { params: { name: pipeline.name }, body });
  }

  async #cancelBackfill(): Promise<void> {
    const id = this.#options.dice.pickAny(await this.#options.backfills());
    if (id) await this.#ask('/v1/backfills/{id}:cancel', { params: { id } });
  }

  async #replay(): Promise<void> {
    const id = this.#options.dice.pickAny(await this.#options.deadLetters());
    if (id) await this.#ask('/v1/dead-letters/{id}:replay', { params: { id } });
  }
}
