import { type Kysely, sql } from 'kysely';
import { runEvent, stepResult } from '../contracts/run-event.ts';
import { type RunPlan, runPlan } from '../contracts/run-plan.ts';
import { runTrigger } from '../contracts/run-trigger.ts';
import { ADMISSION, applyChange } from './apply-change.ts';
import { createRun } from './create-run.ts';
import type { Database } from './database.ts';
import { matchingRuns } from './matching-runs.ts';
import { RecentlyUsed } from './recently-used.ts';
import { runOfCause } from './run-of-cause.ts';
import { outboxRecord, toInFlight, toOutboxMessage, toRunRow } from './run-records.ts';
import type {
  ActiveCount,
  CachedStep,
  InFlight,
  OutboxMessage,
  PoolWait,
  QueuedFilter,
  RunChange,
  RunFilter,
  RunRow,
  StateStore,
  StoredRun,
} from './state-store.ts';
import type { TickKey } from './tick-ledger.ts';
import { executeSoon, locksRows, transactIf } from './transaction.ts';

/** Runs whose plan and events are kept in memory. */
const KNOWN_RUNS = 256;

/** `StateStore` on any database that Kysely speaks to. */
export class KyselyStateStore implements StateStore {
  readonly #db: Kysely<Database>;
  /** A plan never changes and events are only added, so what was read once need not be again. */
  readonly #known = new RecentlyUsed<StoredRun>(KNOWN_RUNS);

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  createRun(plan: RunPlan, tick?: TickKey): Promise<boolean> {
    return transactIf(this.#db, async (tx, require) => {
      require(await createRun(tx, plan, tick));
    });
  }

  async applyChange(runId: string, seenEvents: number, change: RunChange): Promise<boolean> {
    const isStored = await transactIf(this.#db, async (tx, require) => {
      await applyChange(tx, require, runId, seenEvents, change);
    });
    // Whoever was faster may have written anything: all is read anew.
    if (!isStored) this.#known.delete(runId);
    const known = this.#known.get(runId);
    if (isStored && known?.events.length === seenEvents) {
      const added = change.events.map((event, index) => ({
        seq: seenEvents + index + 1,
        ...event,
      }));
      this.#known.set(runId, { plan: known.plan, events: [...known.events, ...added] });
    }
    return isStored;
  }

  async getRun(runId: string): Promise<StoredRun | undefined> {
    const known = this.#known.get(runId) ?? (await this.#readPlan(runId));
    if (!known) return undefined;
    const seen = known.events.length;
    // One statement, so that it sees the run either whole or, when it was pruned, not at all.
    const rows = await this.#db
      .selectFrom('runs')
      .leftJoin('run_events', (join) =>
        join.onRef('run_events.run_id', '=', 'runs.run_id').on('run_events.seq', '>', seen),
      )
      .select(['seq', 'at', 'event'])
      .where('runs.run_id', '=', runId)
      .orderBy('seq')
      .execute();
    if (rows.length === 0) return undefined;
    const fresh = rows.flatMap(({ seq, at, event }) =>
      seq === null || at === null || event === null
        ? []
        : [{ seq, at: new Date(at), event: runEvent.parse(JSON.parse(event)) }],
    );
    const run = { plan: known.plan, events: [...known.events, ...fresh] };
    this.#known.set(runId, run);
    return run;
  }

  async #readPlan(runId: string): Promise<StoredRun | undefined> {
    const row = await this.#db
      .selectFrom('runs')
      .select('plan')
      .where('run_id', '=', runId)
      .executeTakeFirst();
    return row && { plan: runPlan.parse(JSON.parse(row.plan)), events: [] };
  }

  runOfCause(cause: string): Promise<string | undefined> {
    return runOfCause(this.#db, cause);
  }

  async listRuns(filter: RunFilter): Promise<RunRow[]> {
    const rows = await this.#db
      .selectFrom('runs')
      .selectAll()
      .where('run_id', 'in', matchingRuns(this.#db, filter))
      .orderBy('run_id', 'desc')
      .execute();
    return rows.map(toRunRow);
  }

  async activeRuns(): Promise<string[]> {
    const rows = await this.#db
      .selectFrom('runs')
      .select('run_id')
      .where('state', 'in', ['running', 'cancelling'])
      .orderBy('priority', 'desc')
      .orderBy('run_id')
      .execute();
    return rows.map(({ run_id }) => run_id);
  }

  async nextQueued(held: QueuedFilter[]): Promise<RunPlan | undefined> {
    let query = this.#db.selectFrom('runs').select('plan').where('state', '=', 'queued');
    for (const { pipeline, trigger } of held) {
      query = query.where(({ eb, not, and }) =>
        not(
          and([eb('pipeline', '=', pipeline), ...(trigger ? [eb('trigger', '=', trigger)] : [])]),
        ),
      );
    }
    const row = await query
      .orderBy('priority', 'desc')
      .orderBy('run_id')
      .limit(1)
      .executeTakeFirst();
    if (!row) return undefined;
    const plan = runPlan.parse(JSON.parse(row.plan));
    // It is about to begin: its plan need not be read again.
    if (!this.#known.get(plan.runId)) this.#known.set(plan.runId, { plan, events: [] });
    return plan;
  }

  async activeCounts(): Promise<ActiveCount[]> {
    const rows = await this.#db
      .selectFrom('runs')
      .select(({ fn }) => ['pipeline', 'trigger', fn.countAll<number>().as('count')])
      .where('state', 'in', ['running', 'cancelling'])
      .groupBy(['pipeline', 'trigger'])
      .execute();
    return rows.map(({ pipeline, trigger, count }) => ({
      pipeline,
      trigger: runTrigger.parse(trigger),
      count: Number(count),
    }));
  }

  async previousTickRun(pipeline: string, occurrence: Date): Promise<RunRow | undefined> {
    const row = await this.#db
      .selectFrom('ticks')
      .innerJoin('runs', 'runs.run_id', 'ticks.run_id')
      .selectAll('runs')
      .where('ticks.pipeline', '=', pipeline)
      .where('ticks.occurrence', '<', occurrence.toISOString())
      .orderBy('ticks.occurrence', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row && toRunRow(row);
  }

  async inFlight(): Promise<InFlight[]> {
    const rows = await this.#db
      .selectFrom('in_flight')
      .leftJoin('pool_slots', 'pool_slots.command_id', 'in_flight.command_id')
      .selectAll('in_flight')
      .select(['pool', 'slot'])
      .orderBy('in_flight.command_id')
      .orderBy('pool')
      .orderBy('slot')
      .execute();
    const attempts = Map.groupBy(rows, ({ command_id }) => command_id);
    return [...attempts.values()].flatMap((held) => {
      const [row] = held;
      const slots = held.flatMap(({ pool, slot }) =>
        pool === null || slot === null ? [] : [{ pool, slot }],
      );
      return row ? [toInFlight(row, slots)] : [];
    });
  }

  async poolWaits(): Promise<PoolWait[]> {
    const rows = await this.#db
      .selectFrom('pool_waits')
      .selectAll()
      .orderBy('priority', 'desc')
      .orderBy('run_id')
      .orderBy('pool')
      .execute();
    return rows.map(({ pool, run_id, priority }) => ({ pool, runId: run_id, priority }));
  }

  async cachedStep(key: string): Promise<CachedStep | undefined> {
    const row = await this.#db
      .selectFrom('step_cache')
      .selectAll()
      .where('key', '=', key)
      .executeTakeFirst();
    if (!row) return undefined;
    const { run_id: runId, step, attempt, duration_ms: durationMs } = row;
    const result = stepResult.parse(JSON.parse(row.result));
    return { key, runId, step, attempt, result, durationMs, at: new Date(row.at) };
  }

  async unpublished(limit: number): Promise<OutboxMessage[]> {
    const query = this.#db.selectFrom('outbox').selectAll().orderBy('id').limit(limit);
    return (await query.execute()).map(toOutboxMessage);
  }

  takeUnpublished(now: Date, until: Date, limit: number): Promise<OutboxMessage[]> {
    return executeSoon(this.#db, async (db) => {
      const free = db
        .selectFrom('outbox')
        .select('id')
        .where(({ eb, or }) =>
          or([eb('taken_until', 'is', null), eb('taken_until', '<=', now.toISOString())]),
        )
        .orderBy('id')
        .limit(limit);
      const rows = await db
        .with('free', () => (locksRows(db) ? free.forUpdate().skipLocked() : free))
        .updateTable('outbox')
        .set({ taken_until: until.toISOString() })
        .where('id', 'in', (eb) => eb.selectFrom('free').select('free.id'))
        .returningAll()
        .execute();
      return rows.map(toOutboxMessage).toSorted((a, b) => (a.id < b.id ? -1 : 1));
    });
  }

  async enqueue(message: OutboxMessage): Promise<void> {
    await this.#db.insertInto('outbox').values(outboxRecord(message)).execute();
  }

  async markPublished(ids: string[]): Promise<void> {
    await executeSoon(this.#db, (db) => db.deleteFrom('outbox').where('id', 'in', ids).execute());
  }

  async admissionRevision(): Promise<number> {
    const { revision } = await this.#db
      .selectFrom('revisions')
      .select('revision')
      .where('name', '=', ADMISSION)
      .executeTakeFirstOrThrow();
    return revision;
  }

  async check(): Promise<void> {
    await sql`select 1 from runs limit 1`.execute(this.#db);
  }

  async close(): Promise<void> {
    await this.#db.destroy();
  }
}
