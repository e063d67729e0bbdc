import type { Clock } from '@triad/shared/clock/clock.ts';
import type { Pipeline } from '@triad/shared/contracts/pipeline.ts';
import type { Logger } from '@triad/shared/log/logger.ts';
import type { StateStore } from '@triad/shared/state/state-store.ts';
import cron, { type ScheduledTask } from 'node-cron';
import type { RunStarter } from '../run/run-starter.ts';
import { nextTick } from './tick-times.ts';

export interface SchedulerOptions {
  pipelines: ReadonlyMap<string, Pipeline>;
  state: StateStore;
  starter: RunStarter;
  clock: Clock;
  log: Logger;
}

/**
 * Turns schedules into runs. The ledger is written ahead: a tick has its row before it is due, so
 * a tick that no process was there to fire is found and fired by the next one.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  #tasks: ScheduledTask[] = [];
  /** Pipelines of the ledger that do not exist, each reported once. */
  readonly #unknown = new Set<string>();

  constructor(options: SchedulerOptions) {
    this.#options = options;
  }

  /** Fires what is overdue, then whenever a schedule says so. */
  async start(): Promise<void> {
    await this.tick();
    for (const pipeline of this.#options.pipelines.values()) {
      if (!pipeline.schedule) continue;
      const { cron: expression, timezone } = pipeline.schedule;
      const onTick = () => this.tick().catch((error: unknown) => this.#report(error));
      this.#tasks.push(cron.schedule(expression, onTick, { timezone }));
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#tasks.map((task) => task.destroy()));
    this.#tasks = [];
  }

  /** Fires all due ticks and writes the next expected one of each schedule. */
  async tick(): Promise<void> {
    const { state, clock, pipelines } = this.#options;
    const now = clock.now();
    for (const { pipeline, dueAt, runDate } of await state.dueTicks(now)) {
      // One tick that cannot fire must not keep the others from it.
      await this.#fire(pipeline, dueAt, runDate).catch((error: unknown) => this.#report(error));
    }
    for (const pipeline of pipelines.values()) {
      const next = nextTick(pipeline, now);
      if (next) await state.expectTick({ pipeline: pipeline.name, ...next });
    }
  }

  async #fire(name: string, dueAt: Date, runDate: string): Promise<void> {
    const { pipelines, starter, log } = this.#options;
    const pipeline = pipelines.get(name);
    if (!pipeline) {
      if (this.#unknown.has(name)) return;
      this.#unknown.add(name);
      log.warn({ pipeline: name, dueAt }, 'a tick is due for a pipeline that no longer exists');
      return;
    }
    // Another scheduler may see the same tick; the ledger lets one of them have it.
    const runId = await starter.start(
      { pipeline, runDate, params: {}, trigger: 'schedule' },
      { pipeline: name, dueAt },
    );
    if (runId) log.info({ runId, pipeline: name, runDate, dueAt }, 'a schedule fired');
  }

  #report(error: unknown): void {
    this.#options.log.error({ err: error }, 'a tick could not be fired; the next one tries again');
  }
}
