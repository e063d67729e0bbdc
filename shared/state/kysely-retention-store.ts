import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Database } from './database.ts';
import { runsNamedIn, unreferenced } from './expired-runs.ts';
import type { OldRows, RetentionStore } from './retention-store.ts';
import { transact, transactIf } from './transaction.ts';

const finished = ['succeeded', 'failed', 'cancelled'];

/** The tables that hold rows of a run and go with it, before it. */
export const tablesOfRun = [
  'run_events',
  'pool_waits',
  'step_cache',
  'in_flight',
  'announced_runs',
] as const satisfies (keyof Database)[];

/** `RetentionStore` on any database that Kysely speaks to. */
export class KyselyRetentionStore implements RetentionStore {
  readonly #db: Kysely<Database>;

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  async expiredRuns(before: Date): Promise<string[]> {
    const candidates = await this.#db
      .selectFrom('runs')
      .select('run_id')
      .where('state', 'in', finished)
      .where('finished_at', '<', before.toISOString())
      .orderBy('run_id')
      .execute();
    const newest = await this.#db
      .selectFrom('runs')
      .select(({ fn }) => fn.max('run_id').as('run_id'))
      .where('state', '=', 'succeeded')
      .groupBy('pipeline')
      .execute();
    const cached = await this.#db.selectFrom('step_cache').select(['run_id', 'result']).execute();
    const reused = await this.#db
      .selectFrom('run_events')
      .select(['run_id', 'event'])
      .where('event', 'like', '%"step_reused"%')
      .execute();
    const uses = new Map<string, Set<string>>();
    for (const { run_id, event } of reused) {
      uses.set(run_id, (uses.get(run_id) ?? new Set()).union(runsNamedIn(event)));
    }
    return unreferenced({
      candidates: candidates.map(({ run_id }) => run_id),
      kept: [
        ...newest.map(({ run_id }) => run_id),
        ...cached.flatMap(({ run_id, result }) => [run_id, ...runsNamedIn(result)]),
      ],
      uses,
    });
  }

  async surplusLooks(keep: number): Promise<string[]> {
    const looks = this.#db
      .selectFrom('runs')
      .select(['run_id', 'state'])
      .select(({ fn }) =>
        fn
          .agg<number>('row_number')
          .over((over) => over.partitionBy('pipeline').orderBy('run_id', 'desc'))
          .as('place'),
      )
      .where('trigger', '=', 'look');
    const rows = await this.#db
      .selectFrom(looks.as('looks'))
      .select('run_id')
      .where('place', '>', keep)
      .where('state', 'in', finished)
      .orderBy('run_id')
      .execute();
    return rows.map(({ run_id }) => run_id);
  }

  removeRun(runId: string, before: Date): Promise<boolean> {
    return transactIf(this.#db, async (tx, require) => {
      // Changes nothing, but holds the row: a retry comes before or finds no run.
      const { numUpdatedRows } = await tx
        .updateTable('runs')
        .set((eb) => ({ state: eb.ref('state') }))
        .where('run_id', '=', runId)
        .where('state', 'in', finished)
        .where('finished_at', '<', before.toISOString())
        .executeTakeFirstOrThrow();
      require(numUpdatedRows === 1n);
      for (const table of tablesOfRun) {
        await tx.deleteFrom(table).where('run_id', '=', runId).execute();
      }
      await tx.deleteFrom('runs').where('run_id', '=', runId).execute();
      await tx.insertInto('pruned_runs').values({ run_id: runId }).execute();
    });
  }

  async removedRuns(): Promise<string[]> {
    const rows = await this.#db.selectFrom('pruned_runs').selectAll().orderBy('run_id').execute();
    return rows.map(({ run_id }) => run_id);
  }

  async forgetRemoved(runId: string): Promise<void> {
    await this.#db.deleteFrom('pruned_runs').where('run_id', '=', runId).execute();
  }

  countOld(before: Date): Promise<OldRows> {
    return transact(this.#db, (tx) =>
      forEachKind(async (table, isOld) => {
        const { rows } = await tx
          .selectFrom(table)
          .select(({ fn }) => fn.countAll<number>().as('rows'))
          .where(isOld(before.toISOString()))
          .executeTakeFirstOrThrow();
        return Number(rows);
      }),
    );
  }

  removeOld(before: Date): Promise<OldRows> {
    return transact(this.#db, async (tx) => {
      const limit = before.toISOString();
      const settled = tx.selectFrom('alarms').select('id').where('resolved_at', '<', limit);
      await tx.deleteFrom('alarm_deliveries').where('alarm_id', 'in', settled).execute();
      return forEachKind(async (table, isOld) => {
        const { numDeletedRows } = await tx
          .deleteFrom(table)
          .where(isOld(limit))
          .executeTakeFirstOrThrow();
        return Number(numDeletedRows);
      });
    });
  }
}

type IsOld = (limit: string) => RawBuilder<boolean>;

/** Of each kind of row that ages, its table and when it is old. */
const aging = {
  // One that is still expected is still to be told of.
  ticks: [
    'ticks',
    (limit) => sql<boolean>`due_at < ${limit} and state <> 'expected' and exists (
      select 1 from ticks as later where later.pipeline = ticks.pipeline
      and later.due_at > ticks.due_at and later.run_id is not null)`,
  ],
  deadLetters: ['dead_letters', (limit) => sql<boolean>`at < ${limit}`],
  cacheEntries: ['step_cache', (limit) => sql<boolean>`at < ${limit}`],
  events: ['events', (limit) => sql<boolean>`processed_at < ${limit}`],
  alarms: ['alarms', (limit) => sql<boolean>`resolved_at < ${limit}`],
  auditEntries: ['audit_log', (limit) => sql<boolean>`at < ${limit}`],
  tokens: ['api_tokens', (limit) => sql<boolean>`(revoked_at < ${limit} or expires_at < ${limit})`],
} as const satisfies Record<keyof OldRows, readonly [keyof Database, IsOld]>;

async function forEachKind(
  count: (table: (typeof aging)[keyof OldRows][0], isOld: IsOld) => Promise<number>,
): Promise<OldRows> {
  const counts: OldRows = {
    ticks: 0,
    deadLetters: 0,
    cacheEntries: 0,
    events: 0,
    alarms: 0,
    auditEntries: 0,
    tokens: 0,
  };
  for (const kind of Object.keys(aging) as (keyof OldRows)[]) {
    const [table, isOld] = aging[kind];
    counts[kind] = await count(table, isOld);
  }
  return counts;
}
