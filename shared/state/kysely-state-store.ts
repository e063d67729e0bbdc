import { type Kysely, sql, type Transaction } from 'kysely';
import type { CloudEvent } from '../contracts/cloud-event.ts';
import { runEvent, stepResult } from '../contracts/run-event.ts';
import { type RunPlan, runPlan } from '../contracts/run-plan.ts';
import { runTrigger } from '../contracts/run-trigger.ts';
import { runState } from '../contracts/run-view.ts';
import type { ErrorReport } from '../errors/triad-error.ts';
import type { Database, RunRecord } from './database.ts';
import { matchingRuns } from './matching-runs.ts';
import type {
  ActiveCount,
  CachedStep,
  InFlight,
  OutboxMessage,
  PoolSlot,
  PoolWait,
  QueuedFilter,
  RunChange,
  RunFilter,
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
      if (plan.cause !== null && (await hasCause(tx, plan.cause))) return false;
      if (tick && !(await fireTick(tx, tick, plan.runId))) return false;
      await tx.insertInto('runs').values(newRunRecord(plan)).execute();
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

      if (!(await slotsAreFree(tx, change))) return false;
      if (change.ended.length > 0) {
        await tx.deleteFrom('pool_slots').where('command_id', 'in', change.ended).execute();
        await tx.deleteFrom('in_flight').where('command_id', 'in', change.ended).execute();
      }
      if (change.dispatched.length > 0) {
        await tx.insertInto('in_flight').values(change.dispatched.map(inFlightRecord)).execute();
      }
      const slots = change.dispatched.flatMap(slotRecords);
      if (slots.length > 0) await tx.insertInto('pool_slots').values(slots).execute();
      await replaceWaits(tx, runId, change.waits);
      for (const entry of change.cached) await storeCached(tx, entry);
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
          error_code: change.error?.code ?? null,
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
      return {
        plan: runPlan.parse(JSON.parse(row.plan)),
        events: events.map(({ seq, at, event }) => ({
          seq,
          at: new Date(at),
          event: runEvent.parse(JSON.parse(event)),
        })),
      };
    });
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
    return row && runPlan.parse(JSON.parse(row.plan));
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

  async previousTickRun(pipeline: string, dueAt: Date): Promise<RunRow | undefined> {
    const row = await this.#db
      .selectFrom('ticks')
      .innerJoin('runs', 'runs.run_id', 'ticks.run_id')
      .selectAll('runs')
      .where('ticks.pipeline', '=', pipeline)
      .where('ticks.due_at', '<', dueAt.toISOString())
      .orderBy('ticks.due_at', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row && toRunRow(row);
  }

  async inFlight(): Promise<InFlight[]> {
    const rows = await this.#db.selectFrom('in_flight').selectAll().orderBy('command_id').execute();
    const slots = await this.#db
      .selectFrom('pool_slots')
      .selectAll()
      .orderBy('pool')
      .orderBy('slot')
      .execute();
    const held = Map.groupBy(slots, ({ command_id }) => command_id);
    return rows.map((row) => ({
      commandId: row.command_id,
      runId: row.run_id,
      step: row.step,
      attempt: row.attempt,
      dispatchedAt: new Date(row.dispatched_at),
      slots: (held.get(row.command_id) ?? []).map(({ pool, slot }) => ({ pool, slot })),
    }));
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

async function hasCause(tx: Transaction<Database>, cause: string): Promise<boolean> {
  const row = await tx
    .selectFrom('runs')
    .select('run_id')
    .where('cause', '=', cause)
    .executeTakeFirst();
  return row !== undefined;
}

/** Whether the change may take its slots: those that its own ended attempts held are free. */
async function slotsAreFree(
  tx: Transaction<Database>,
  { dispatched, ended }: RunChange,
): Promise<boolean> {
  const wanted = dispatched.flatMap(({ slots }) => slots);
  if (wanted.length === 0) return true;
  const nameOf = ({ pool, slot }: PoolSlot) => `${pool}/${slot}`;
  if (new Set(wanted.map(nameOf)).size < wanted.length) return false;
  const held = await tx
    .selectFrom('pool_slots')
    .selectAll()
    .where('pool', 'in', [...new Set(wanted.map(({ pool }) => pool))])
    .execute();
  const taken = new Set(held.filter((row) => !ended.includes(row.command_id)).map(nameOf));
  return wanted.every((slot) => !taken.has(nameOf(slot)));
}

async function replaceWaits(
  tx: Transaction<Database>,
  runId: string,
  pools: string[],
): Promise<void> {
  await tx.deleteFrom('pool_waits').where('run_id', '=', runId).execute();
  if (pools.length === 0) return;
  const { priority } = await tx
    .selectFrom('runs')
    .select('priority')
    .where('run_id', '=', runId)
    .executeTakeFirstOrThrow();
  const rows = pools.map((pool) => ({ pool, run_id: runId, priority }));
  await tx.insertInto('pool_waits').values(rows).execute();
}

/** Of equal attempts the newest is kept: its files are the last to be pruned. */
async function storeCached(tx: Transaction<Database>, entry: CachedStep): Promise<void> {
  const row = {
    run_id: entry.runId,
    step: entry.step,
    attempt: entry.attempt,
    result: JSON.stringify(entry.result),
    duration_ms: entry.durationMs,
    at: entry.at.toISOString(),
  };
  await tx
    .insertInto('step_cache')
    .values({ key: entry.key, ...row })
    .onConflict((conflict) => conflict.column('key').doUpdateSet(row))
    .execute();
}

const newRunRecord = (plan: RunPlan) => ({
  run_id: plan.runId,
  pipeline: plan.pipeline.name,
  run_date: plan.runDate,
  state: plan.queued ? 'queued' : 'running',
  trigger: plan.trigger,
  plan: JSON.stringify(plan),
  created_at: plan.createdAt.toISOString(),
  finished_at: null,
  error: null,
  error_code: null,
  priority: plan.priority,
  cause: plan.cause,
});

const inFlightRecord = (entry: InFlight) => ({
  command_id: entry.commandId,
  run_id: entry.runId,
  step: entry.step,
  attempt: entry.attempt,
  dispatched_at: entry.dispatchedAt.toISOString(),
});

const slotRecords = ({ commandId, slots }: InFlight) =>
  slots.map(({ pool, slot }) => ({ pool, slot, command_id: commandId }));

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
    trigger: runTrigger.parse(row.trigger),
    priority: row.priority,
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
