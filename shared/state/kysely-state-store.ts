import { type Kysely, sql, type Transaction } from 'kysely';
import type { CloudEvent } from '../contracts/cloud-event.ts';
import { runEvent } from '../contracts/run-event.ts';
import { runState } from '../contracts/run-view.ts';
import type { ErrorReport } from '../errors/triad-error.ts';
import type { Database, RunRecord } from './database.ts';
import type {
  InFlight,
  OutboxMessage,
  RunChange,
  RunFilter,
  RunPlan,
  RunRow,
  StateStore,
  StoredRun,
  Tick,
} from './state-store.ts';

/** `StateStore` on any database that Kysely speaks to. */
export class KyselyStateStore implements StateStore {
  readonly #db: Kysely<Database>;

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  createRun(plan: RunPlan, tick?: Pick<Tick, 'pipeline' | 'dueAt'>): Promise<boolean> {
    return this.#db.transaction().execute(async (tx) => {
      if (tick && !(await fireTick(tx, tick, plan.runId))) return false;
      await tx
        .insertInto('runs')
        .values({
          run_id: plan.runId,
          pipeline: plan.pipeline.name,
          run_date: plan.runDate,
          state: 'running',
          trigger: plan.trigger,
          plan: JSON.stringify(plan),
          created_at: plan.createdAt.toISOString(),
          finished_at: null,
          error: null,
        })
        .execute();
      return true;
    });
  }

  async applyChange(runId: string, seenEvents: number, change: RunChange): Promise<boolean> {
    return this.#db.transaction().execute(async (tx) => {
      const { last } = await tx
        .selectFrom('run_events')
        .select(({ fn }) => fn.countAll<number>().as('last'))
        .where('run_id', '=', runId)
        .executeTakeFirstOrThrow();
      if (Number(last) !== seenEvents) return false;

      if (!(await leasesAreFree(tx, change))) return false;
      if (change.ended.length > 0) {
        await tx.deleteFrom('in_flight').where('command_id', 'in', change.ended).execute();
      }
      if (change.dispatched.length > 0) {
        await tx.insertInto('in_flight').values(change.dispatched.map(inFlightRecord)).execute();
      }
      if (change.events.length > 0) {
        const records = change.events.map(({ at, event }, index) => ({
          run_id: runId,
          seq: seenEvents + index + 1,
          at: at.toISOString(),
          event: JSON.stringify(event),
        }));
        await tx.insertInto('run_events').values(records).execute();
      }
      await tx
        .updateTable('runs')
        .set({
          state: change.state,
          finished_at: change.finishedAt?.toISOString() ?? null,
          error: change.error ? JSON.stringify(change.error) : null,
        })
        .where('run_id', '=', runId)
        .execute();
      if (change.outbox.length > 0) {
        await tx.insertInto('outbox').values(change.outbox.map(outboxRecord)).execute();
      }
      return true;
    });
  }

  async getRun(runId: string): Promise<StoredRun | undefined> {
    return this.#db.transaction().execute(async (tx) => {
      const row = await tx
        .selectFrom('runs')
        .select('plan')
        .where('run_id', '=', runId)
        .executeTakeFirst();
      if (!row) return undefined;
      const events = await tx
        .selectFrom('run_events')
        .select(['seq', 'at', 'event'])
        .where('run_id', '=', runId)
        .orderBy('seq')
        .execute();
      const plan = JSON.parse(row.plan) as Omit<RunPlan, 'createdAt'> & { createdAt: string };
      return {
        plan: { ...plan, createdAt: new Date(plan.createdAt) },
        events: events.map(({ seq, at, event }) => ({
          seq,
          at: new Date(at),
          event: runEvent.parse(JSON.parse(event)),
        })),
      };
    });
  }

  async listRuns({ pipeline, state, before, limit }: RunFilter): Promise<RunRow[]> {
    let query = this.#db.selectFrom('runs').selectAll().orderBy('run_id', 'desc').limit(limit);
    if (pipeline) query = query.where('pipeline', '=', pipeline);
    if (state) query = query.where('state', '=', state);
    if (before) query = query.where('run_id', '<', before);
    return (await query.execute()).map(toRunRow);
  }

  async activeRuns(): Promise<string[]> {
    const rows = await this.#db
      .selectFrom('runs')
      .select('run_id')
      .where('state', 'in', ['running', 'cancelling'])
      .orderBy('run_id')
      .execute();
    return rows.map(({ run_id }) => run_id);
  }

  async inFlight(): Promise<InFlight[]> {
    const rows = await this.#db.selectFrom('in_flight').selectAll().orderBy('command_id').execute();
    return rows.map((row) => ({
      commandId: row.command_id,
      runId: row.run_id,
      step: row.step,
      attempt: row.attempt,
      dispatchedAt: new Date(row.dispatched_at),
      lease: row.lease,
    }));
  }

  async expectTick(tick: Pick<Tick, 'pipeline' | 'dueAt' | 'runDate'>): Promise<void> {
    await this.#db
      .insertInto('ticks')
      .values({
        pipeline: tick.pipeline,
        due_at: tick.dueAt.toISOString(),
        run_date: tick.runDate,
        run_id: null,
      })
      .onConflict((conflict) => conflict.columns(['pipeline', 'due_at']).doNothing())
      .execute();
  }

  async dueTicks(now: Date): Promise<Tick[]> {
    const rows = await this.#db
      .selectFrom('ticks')
      .selectAll()
      .where('run_id', 'is', null)
      .where('due_at', '<=', now.toISOString())
      .orderBy('due_at')
      .execute();
    return rows.map(toTick);
  }

  async listTicks(limit: number): Promise<Tick[]> {
    const rows = await this.#db
      .selectFrom('ticks')
      .selectAll()
      .orderBy('due_at', 'desc')
      .limit(limit)
      .execute();
    return rows.map(toTick);
  }

  async unpublished(limit: number): Promise<OutboxMessage[]> {
    const rows = await this.#db
      .selectFrom('outbox')
      .selectAll()
      .orderBy('id')
      .limit(limit)
      .execute();
    return rows.map(({ id, topic, event }) => ({
      id,
      topic,
      event: JSON.parse(event) as CloudEvent,
    }));
  }

  async enqueue(message: OutboxMessage): Promise<void> {
    await this.#db.insertInto('outbox').values(outboxRecord(message)).execute();
  }

  async markPublished(ids: string[]): Promise<void> {
    await this.#db.deleteFrom('outbox').where('id', 'in', ids).execute();
  }

  async check(): Promise<void> {
    await sql`select 1 from runs limit 1`.execute(this.#db);
  }

  async close(): Promise<void> {
    await this.#db.destroy();
  }
}

/** Compare-and-set: of two schedulers that see the same tick, one changes the row. */
async function fireTick(
  tx: Transaction<Database>,
  tick: Pick<Tick, 'pipeline' | 'dueAt'>,
  runId: string,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('ticks')
    .set({ run_id: runId })
    .where('pipeline', '=', tick.pipeline)
    .where('due_at', '=', tick.dueAt.toISOString())
    .where('run_id', 'is', null)
    .executeTakeFirstOrThrow();
  return numUpdatedRows === 1n;
}

/** Whether the change may take its leases: those that its own ended attempts held are free. */
async function leasesAreFree(
  tx: Transaction<Database>,
  { dispatched, ended }: RunChange,
): Promise<boolean> {
  const leases = dispatched.flatMap(({ lease }) => (lease === null ? [] : [lease]));
  if (leases.length === 0) return true;
  if (new Set(leases).size < leases.length) return false;
  const holders = await tx
    .selectFrom('in_flight')
    .select('command_id')
    .where('lease', 'in', leases)
    .execute();
  return holders.every(({ command_id }) => ended.includes(command_id));
}

const inFlightRecord = (entry: InFlight) => ({
  command_id: entry.commandId,
  run_id: entry.runId,
  step: entry.step,
  attempt: entry.attempt,
  dispatched_at: entry.dispatchedAt.toISOString(),
  lease: entry.lease,
});

const outboxRecord = ({ id, topic, event }: OutboxMessage) => ({
  id,
  topic,
  event: JSON.stringify(event),
});

function toRunRow(row: RunRecord): RunRow {
  return {
    runId: row.run_id,
    pipeline: row.pipeline,
    runDate: row.run_date,
    state: runState.parse(row.state),
    trigger: row.trigger === 'schedule' ? 'schedule' : 'manual',
    createdAt: new Date(row.created_at),
    finishedAt: row.finished_at === null ? null : new Date(row.finished_at),
    error: row.error === null ? null : (JSON.parse(row.error) as ErrorReport),
  };
}

const toTick = (row: Database['ticks']): Tick => ({
  pipeline: row.pipeline,
  dueAt: new Date(row.due_at),
  runDate: row.run_date,
  runId: row.run_id,
});
