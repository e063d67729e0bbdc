import type { Clock } from '@triad/shared/clock/clock.ts';
import type { BackfillDate, BackfillRequest } from '@triad/shared/contracts/backfill.ts';
import type { Pipeline } from '@triad/shared/contracts/pipeline.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { Ids } from '@triad/shared/ids/ids.ts';
import type { Logger } from '@triad/shared/log/logger.ts';
import type { Backfill, BackfillItem, BackfillStore } from '@triad/shared/state/backfill-store.ts';
import { resolveParams } from '../plan/resolve-params.ts';
import { cancelRun } from '../run/cancel-run.ts';
import type { RunEngine } from '../run/run-engine.ts';
import type { RunStarter } from '../run/run-starter.ts';
import { backfillDates, withExisting } from './backfill-dates.ts';

export interface BackfillsOptions {
  backfills: BackfillStore;
  pipelines: ReadonlyMap<string, Pipeline>;
  engine: RunEngine;
  starter: RunStarter;
  clock: Clock;
  ids: Ids;
  log: Logger;
}

/** How much lower than its pipeline's live runs a backfill goes. */
const BELOW = 25;

/**
 * Runs a pipeline for a range of run dates, a few at a time. All that is known of a backfill is in
 * the store, and a run is made once for its cause, so any process can go on at any time.
 */
export class Backfills {
  readonly #options: BackfillsOptions;
  #toppingUp: Promise<void> | undefined;
  #again = false;

  constructor(options: BackfillsOptions) {
    this.#options = options;
  }

  get store(): BackfillStore {
    return this.#options.backfills;
  }

  /** What a request would run, and what there is already. Errors: `NOT_FOUND`, `INPUT_INVALID`. */
  async preview(name: string, request: BackfillRequest): Promise<BackfillDate[]> {
    const { backfills, clock } = this.#options;
    const pipeline = this.#pipeline(name);
    resolveParams(pipeline, request.params);
    const { from, to, onlyMissing } = request;
    const dates = backfillDates(pipeline, from, to, clock.now());
    return withExisting(dates, await backfills.runsBetween(name, from, to), onlyMissing);
  }

  /** Stores a backfill of the included dates and starts its first runs. */
  async create(name: string, request: BackfillRequest, dates: BackfillDate[]): Promise<Backfill> {
    const { backfills, clock, ids } = this.#options;
    const { dryRun: _, priority = Math.max(0, this.#pipeline(name).priority - BELOW) } = request;
    const backfill: Backfill = {
      id: ids.next(),
      pipeline: name,
      state: 'running',
      from: request.from,
      to: request.to,
      concurrency: request.concurrency,
      onlyMissing: request.onlyMissing,
      priority,
      params: request.params,
      createdAt: clock.now(),
      finishedAt: null,
    };
    const items = dates
      .filter(({ isIncluded }) => isIncluded)
      .map(({ runDate, interval }) => ({
        cause: `backfill/${backfill.id}/${interval?.end ?? runDate}`,
        runDate,
        interval,
      }));
    await backfills.create(backfill, items);
    await this.topUp();
    return backfill;
  }

  /** Starts no more runs and cancels those that have not finished. */
  async cancel(id: string): Promise<void> {
    const { backfills } = this.#options;
    const backfill = await backfills.get(id);
    if (!backfill) throw new TriadError('NOT_FOUND', { what: 'backfill', name: id });
    if (!(await backfills.move(id, 'running', 'cancelling', null))) {
      const { state } = (await backfills.get(id)) ?? backfill;
      throw new TriadError('BACKFILL_NOT_ACTIVE', { backfill: id, state });
    }
    await this.topUp();
  }

  /** Moves all backfills on as far as possible; asked again meanwhile, it looks once more. */
  topUp(): Promise<void> {
    this.#again = true;
    this.#toppingUp ??= this.#topUpAll().finally(() => {
      this.#toppingUp = undefined;
    });
    return this.#toppingUp;
  }

  async #topUpAll(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      for (const backfill of await this.#options.backfills.unfinished()) {
        // One backfill that fails must not keep the others from going on.
        await this.#moveOn(backfill).catch((error: unknown) => {
          const { log } = this.#options;
          log.error({ err: error, backfill: backfill.id }, 'a backfill could not go on');
        });
      }
    }
  }

  async #moveOn(backfill: Backfill): Promise<void> {
    const { backfills, engine, clock } = this.#options;
    const { id, state, concurrency } = backfill;
    // Items before runs: one that is started meanwhile is then counted, and never overlooked.
    const waiting = await backfills.next(id, concurrency);
    const active = await backfills.activeRuns(id);
    if (state === 'cancelling') {
      for (const runId of active) await cancelRun(engine, runId);
      if (active.length === 0) await backfills.move(id, 'cancelling', 'cancelled', clock.now());
      return;
    }
    const room = Math.max(0, concurrency - active.length);
    for (const item of waiting.slice(0, room)) await this.#startItem(backfill, item);
    const isFinished = active.length === 0 && waiting.length === 0;
    if (isFinished) await backfills.move(id, 'running', 'finished', clock.now());
  }

  async #startItem(backfill: Backfill, item: BackfillItem): Promise<void> {
    const { backfills, starter } = this.#options;
    const { priority, params } = backfill;
    try {
      const pipeline = this.#pipeline(backfill.pipeline);
      await starter.start({ ...item, pipeline, params, priority, trigger: 'backfill' });
    } catch (error) {
      if (!(error instanceof TriadError) || error.retryable) throw error;
      // The pipeline has changed since: this item never starts, and the others have their turn.
      await backfills.refuse(item.cause, error.report());
      this.#again = true;
    }
  }

  #pipeline(name: string): Pipeline {
    const pipeline = this.#options.pipelines.get(name);
    if (!pipeline) throw new TriadError('NOT_FOUND', { what: 'pipeline', name });
    return pipeline;
  }
}
