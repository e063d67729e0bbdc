import type { Kysely } from 'kysely';
import { z } from 'zod';
import { type BackfillProgress, type BackfillState, backfillState } from '../contracts/backfill.ts';
import { isoDate } from '../contracts/dates.ts';
import { params } from '../contracts/json.ts';
import { runPlan } from '../contracts/run-plan.ts';
import { runState } from '../contracts/run-view.ts';
import type { ErrorReport } from '../errors/triad-error.ts';
import type {
  Backfill,
  BackfillFilter,
  BackfillItem,
  BackfillItemStatus,
  BackfillStore,
  DatedRun,
} from './backfill-store.ts';
import type { Database } from './database.ts';

/** Most rows that one statement inserts: databases limit the parameters of a statement. */
const CHUNK = 500;

/** The column `request`. */
const request = z.strictObject({
  from: isoDate,
  to: isoDate,
  concurrency: z.int(),
  onlyMissing: z.boolean(),
  priority: z.int(),
  params,
});

/** `BackfillStore` on any database that Kysely speaks to. */
export class KyselyBackfillStore implements BackfillStore {
  readonly #db: Kysely<Database>;

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  create(backfill: Backfill, items: BackfillItem[]): Promise<void> {
    return this.#db.transaction().execute(async (tx) => {
      await tx.insertInto('backfills').values(backfillRecord(backfill)).execute();
      const rows = items.map((item, index) => itemRecord(backfill.id, item, index + 1));
      for (let start = 0; start < rows.length; start += CHUNK) {
        await tx
          .insertInto('backfill_items')
          .values(rows.slice(start, start + CHUNK))
          .execute();
      }
    });
  }

  async get(id: string): Promise<Backfill | undefined> {
    const row = await this.#db
      .selectFrom('backfills')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    return row && toBackfill(row);
  }

  async items(id: string): Promise<BackfillItemStatus[]> {
    const rows = await this.#itemsOf(id).selectAll('backfill_items').orderBy('seq').execute();
    return rows.map((row) => ({
      ...toItem(row),
      run:
        row.run_id === null || row.state === null
          ? null
          : { runId: row.run_id, state: runState.parse(row.state) },
      error: row.error === null ? null : (JSON.parse(row.error) as ErrorReport),
    }));
  }

  async progress(id: string): Promise<BackfillProgress> {
    const rows = await this.#itemsOf(id)
      .clearSelect()
      .select(({ fn }) => [
        'runs.state',
        fn.countAll<number>().as('count'),
        fn.count<number>('backfill_items.error').as('refused'),
      ])
      .groupBy('runs.state')
      .execute();
    const progress = {
      waiting: 0,
      active: 0,
      succeeded: 0,
      failed: 0,
      cancelled: 0,
      refused: 0,
    };
    for (const { state, count, refused } of rows) {
      progress[phaseOf(state)] += Number(count);
      if (state !== null) continue;
      progress.waiting -= Number(refused);
      progress.refused += Number(refused);
    }
    return progress;
  }

  async list({ pipeline, before, limit }: BackfillFilter): Promise<Backfill[]> {
    let query = this.#db.selectFrom('backfills').selectAll().orderBy('id', 'desc').limit(limit);
    if (pipeline !== undefined) query = query.where('pipeline', '=', pipeline);
    if (before !== undefined) query = query.where('id', '<', before);
    return (await query.execute()).map(toBackfill);
  }

  async unfinished(): Promise<Backfill[]> {
    const rows = await this.#db
      .selectFrom('backfills')
      .selectAll()
      .where('state', 'in', ['running', 'cancelling'])
      .orderBy('id')
      .execute();
    return rows.map(toBackfill);
  }

  async next(id: string, limit: number): Promise<BackfillItem[]> {
    const rows = await this.#itemsOf(id)
      .selectAll('backfill_items')
      .where('runs.run_id', 'is', null)
      .where('backfill_items.error', 'is', null)
      .orderBy('seq')
      .limit(limit)
      .execute();
    return rows.map(toItem);
  }

  async activeRuns(id: string): Promise<string[]> {
    const rows = await this.#itemsOf(id)
      .where('runs.state', 'in', ['queued', 'running', 'cancelling'])
      .orderBy('seq')
      .execute();
    return rows.flatMap(({ run_id }) => (run_id === null ? [] : [run_id]));
  }

  async refuse(cause: string, error: ErrorReport): Promise<void> {
    await this.#db
      .updateTable('backfill_items')
      .set({ error: JSON.stringify(error) })
      .where('cause', '=', cause)
      .execute();
  }

  async move(
    id: string,
    from: BackfillState,
    to: BackfillState,
    finishedAt: Date | null,
  ): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable('backfills')
      .set({ state: to, finished_at: finishedAt?.toISOString() ?? null })
      .where('id', '=', id)
      .where('state', '=', from)
      .executeTakeFirstOrThrow();
    return numUpdatedRows === 1n;
  }

  async runsBetween(pipeline: string, from: string, to: string): Promise<DatedRun[]> {
    const rows = await this.#db
      .selectFrom('runs')
      .select(['run_id', 'run_date', 'state', 'plan'])
      .where('pipeline', '=', pipeline)
      .where('run_date', '>=', from)
      .where('run_date', '<=', to)
      .orderBy('run_id', 'desc')
      .execute();
    return rows.map((row) => ({
      runId: row.run_id,
      runDate: row.run_date,
      interval: runPlan.pick({ interval: true }).parse(JSON.parse(row.plan)).interval,
      state: runState.parse(row.state),
    }));
  }

  /** The items of a backfill, each with its run when there is one. */
  #itemsOf(id: string) {
    return this.#db
      .selectFrom('backfill_items')
      .leftJoin('runs', 'runs.cause', 'backfill_items.cause')
      .select(['runs.run_id', 'runs.state'])
      .where('backfill', '=', id);
  }
}

function phaseOf(state: string | null): keyof BackfillProgress {
  if (state === null) return 'waiting';
  const known = runState.parse(state);
  return known === 'queued' || known === 'running' || known === 'cancelling' ? 'active' : known;
}

const backfillRecord = (backfill: Backfill): Database['backfills'] => {
  const { id, pipeline, state, createdAt, finishedAt, ...rest } = backfill;
  return {
    id,
    pipeline,
    state,
    request: JSON.stringify(rest),
    created_at: createdAt.toISOString(),
    finished_at: finishedAt?.toISOString() ?? null,
  };
};

const toBackfill = (row: Database['backfills']): Backfill => ({
  id: row.id,
  pipeline: row.pipeline,
  state: backfillState.parse(row.state),
  ...request.parse(JSON.parse(row.request)),
  createdAt: new Date(row.created_at),
  finishedAt: row.finished_at === null ? null : new Date(row.finished_at),
});

const itemRecord = (backfill: string, item: BackfillItem, seq: number) => ({
  cause: item.cause,
  backfill,
  seq,
  run_date: item.runDate,
  interval_start: item.interval?.start ?? null,
  interval_end: item.interval?.end ?? null,
  error: null,
});

const toItem = (row: Database['backfill_items']): BackfillItem => ({
  cause: row.cause,
  runDate: row.run_date,
  interval:
    row.interval_start === null || row.interval_end === null
      ? null
      : { start: row.interval_start, end: row.interval_end },
});
