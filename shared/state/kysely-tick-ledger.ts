import type { Kysely, Transaction } from 'kysely';
import { runState } from '../contracts/run-view.ts';
import type { Database } from './database.ts';
import {
  type ExpectedTick,
  type Pause,
  type PlannedSchedule,
  type Tick,
  type TickFilter,
  type TickKey,
  type TickLedger,
  type TickPlan,
  tickStates,
} from './tick-ledger.ts';

/** Most rows that one statement names: databases limit the parameters of a statement. */
const CHUNK = 500;

/** `TickLedger` on any database that Kysely speaks to. */
export class KyselyTickLedger implements TickLedger {
  readonly #db: Kysely<Database>;

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  async planned(pipeline?: string): Promise<PlannedSchedule[]> {
    let query = this.#db.selectFrom('schedules').selectAll().orderBy('pipeline');
    if (pipeline !== undefined) query = query.where('pipeline', '=', pipeline);
    const rows = await query.execute();
    return rows.map((row) => ({ ...row, through: new Date(row.through) }));
  }

  async expected(pipeline?: string): Promise<Tick[]> {
    let query = this.#db.selectFrom('ticks').selectAll().where('state', '=', 'expected');
    if (pipeline !== undefined) query = query.where('pipeline', '=', pipeline);
    return (await query.orderBy('occurrence').orderBy('pipeline').execute()).map(toTick);
  }

  plan({ seen, next, withdrawn, dropped, expected }: TickPlan): Promise<boolean> {
    return this.#db.transaction().execute(async (tx) => {
      if (!(await replaceSchedule(tx, seen, next))) return false;
      for (const part of chunksOf(withdrawn)) {
        await tx
          .deleteFrom('ticks')
          .where('pipeline', '=', next.pipeline)
          .where('occurrence', 'in', part.map(iso))
          .where('state', '=', 'expected')
          .execute();
      }
      await skipTicks(tx, next.pipeline, dropped.occurrences, dropped.reason);
      for (const part of chunksOf(expected)) {
        await tx
          .insertInto('ticks')
          .values(part.map(expectedRecord))
          .onConflict((conflict) => conflict.columns(['pipeline', 'occurrence']).doNothing())
          .execute();
      }
      return true;
    });
  }

  forget(pipeline: string, now: Date, reason: string): Promise<void> {
    return this.#db.transaction().execute(async (tx) => {
      await tx.deleteFrom('schedules').where('pipeline', '=', pipeline).execute();
      await tx
        .deleteFrom('ticks')
        .where('pipeline', '=', pipeline)
        .where('state', '=', 'expected')
        .where('due_at', '>', iso(now))
        .execute();
      await skipDue(tx, pipeline, now, reason);
    });
  }

  async due(now: Date): Promise<Tick[]> {
    const rows = await this.#db
      .selectFrom('ticks')
      .selectAll()
      .where('state', '=', 'expected')
      .where('due_at', '<=', iso(now))
      .orderBy('due_at')
      .orderBy('pipeline')
      .execute();
    return rows.map(toTick);
  }

  async nextDue(now: Date): Promise<Date | undefined> {
    const row = await this.#db
      .selectFrom('ticks')
      .select('due_at')
      .where('state', '=', 'expected')
      .where('due_at', '>', iso(now))
      .orderBy('due_at')
      .limit(1)
      .executeTakeFirst();
    return row && new Date(row.due_at);
  }

  skip(pipeline: string, occurrences: Date[], reason: string): Promise<void> {
    return this.#db.transaction().execute((tx) => skipTicks(tx, pipeline, occurrences, reason));
  }

  async unfinishedBefore({ pipeline, occurrence }: TickKey) {
    const rows = await this.#db
      .selectFrom('runs')
      .innerJoin('ticks', 'ticks.run_id', 'runs.run_id')
      .select(['runs.run_id', 'runs.state'])
      .where('runs.state', 'in', ['queued', 'running', 'cancelling'])
      .where('runs.pipeline', '=', pipeline)
      .where('ticks.pipeline', '=', pipeline)
      .where('ticks.occurrence', '<', iso(occurrence))
      .orderBy('ticks.occurrence')
      .execute();
    return rows.map(({ run_id, state }) => ({ runId: run_id, state: runState.parse(state) }));
  }

  async list({ pipeline, state, before, limit }: TickFilter): Promise<Tick[]> {
    let query = this.#db.selectFrom('ticks').selectAll().limit(limit);
    if (pipeline !== undefined) query = query.where('pipeline', '=', pipeline);
    if (state) query = query.where('state', '=', state);
    if (before) {
      const { pipeline: last } = before;
      const at = iso(before.occurrence);
      query = query.where(({ eb, or }) =>
        last === undefined
          ? eb('occurrence', '<', at)
          : or([eb('occurrence', '<', at), eb('occurrence', '=', at).and('pipeline', '>', last)]),
      );
    }
    const rows = await query.orderBy('occurrence', 'desc').orderBy('pipeline').execute();
    return rows.map(toTick);
  }

  async pause({ pipeline, at, by, reason }: Pause): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await this.#db
      .insertInto('pauses')
      .values({ pipeline, at: iso(at), by, reason })
      .onConflict((conflict) => conflict.column('pipeline').doNothing())
      .executeTakeFirstOrThrow();
    return numInsertedOrUpdatedRows === 1n;
  }

  resume(pipeline: string, now: Date): Promise<boolean> {
    return this.#db.transaction().execute(async (tx) => {
      const { numDeletedRows } = await tx
        .deleteFrom('pauses')
        .where('pipeline', '=', pipeline)
        .executeTakeFirstOrThrow();
      if (numDeletedRows === 0n) return false;
      await skipDue(tx, pipeline, now, 'paused');
      return true;
    });
  }

  async pauses(): Promise<Pause[]> {
    const rows = await this.#db.selectFrom('pauses').selectAll().orderBy('pipeline').execute();
    return rows.map((row) => ({ ...row, at: new Date(row.at) }));
  }
}

/** Compare-and-set: of two schedulers that plan from the same state, one changes the row. */
async function replaceSchedule(
  tx: Transaction<Database>,
  seen: PlannedSchedule | null,
  next: PlannedSchedule,
): Promise<boolean> {
  const row = { fingerprint: next.fingerprint, through: iso(next.through) };
  if (seen === null) {
    const { numInsertedOrUpdatedRows } = await tx
      .insertInto('schedules')
      .values({ pipeline: next.pipeline, ...row })
      .onConflict((conflict) => conflict.column('pipeline').doNothing())
      .executeTakeFirstOrThrow();
    return numInsertedOrUpdatedRows === 1n;
  }
  const { numUpdatedRows } = await tx
    .updateTable('schedules')
    .set(row)
    .where('pipeline', '=', next.pipeline)
    .where('fingerprint', '=', seen.fingerprint)
    .where('through', '=', iso(seen.through))
    .executeTakeFirstOrThrow();
  return numUpdatedRows === 1n;
}

async function skipTicks(
  tx: Transaction<Database>,
  pipeline: string,
  occurrences: Date[],
  reason: string,
): Promise<void> {
  for (const part of chunksOf(occurrences)) {
    await tx
      .updateTable('ticks')
      .set({ state: 'skipped', reason })
      .where('pipeline', '=', pipeline)
      .where('occurrence', 'in', part.map(iso))
      .where('state', '=', 'expected')
      .execute();
  }
}

async function skipDue(
  tx: Transaction<Database>,
  pipeline: string,
  now: Date,
  reason: string,
): Promise<void> {
  await tx
    .updateTable('ticks')
    .set({ state: 'skipped', reason })
    .where('pipeline', '=', pipeline)
    .where('state', '=', 'expected')
    .where('due_at', '<=', iso(now))
    .execute();
}

const iso = (instant: Date): string => instant.toISOString();

function* chunksOf<T>(items: T[]): Generator<T[]> {
  for (let start = 0; start < items.length; start += CHUNK) yield items.slice(start, start + CHUNK);
}

const expectedRecord = (tick: ExpectedTick): Database['ticks'] => ({
  pipeline: tick.pipeline,
  occurrence: iso(tick.occurrence),
  interval_start: iso(tick.intervalStart),
  due_at: iso(tick.dueAt),
  run_date: tick.runDate,
  state: 'expected',
  reason: null,
  run_id: null,
});

function toTick(row: Database['ticks']): Tick {
  const state = tickStates.find((known) => known === row.state);
  if (!state) throw new Error(`a tick is in the unknown state ${row.state}`);
  return {
    pipeline: row.pipeline,
    occurrence: new Date(row.occurrence),
    intervalStart: new Date(row.interval_start),
    dueAt: new Date(row.due_at),
    runDate: row.run_date,
    state,
    reason: row.reason,
    runId: row.run_id,
  };
}
