import type { Kysely } from 'kysely';
import { type CloudEvent, cloudEvent } from '../contracts/cloud-event.ts';
import type { EventEffect } from '../contracts/event-view.ts';
import type { Database, EventRecord } from './database.ts';
import type { EventFilter, EventStore, NewEvent, StoredEvent } from './event-store.ts';
import { runOfCause } from './run-of-cause.ts';
import { executeSoon, transactSoon } from './transaction.ts';

/** `EventStore` on any database that Kysely speaks to. */
export class KyselyEventStore implements EventStore {
  readonly #db: Kysely<Database>;

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  add(event: NewEvent): Promise<{ stored: StoredEvent; isNew: boolean }> {
    return this.#db.transaction().execute(async (tx) => {
      const isNew = await insertEvent(tx, event);
      const row = await tx
        .selectFrom('events')
        .selectAll()
        .where('source', '=', event.event.source)
        .where('id', '=', event.event.id)
        .executeTakeFirstOrThrow();
      return { stored: toStoredEvent(row), isNew };
    });
  }

  async get(eventId: string): Promise<StoredEvent | undefined> {
    const row = await this.#db
      .selectFrom('events')
      .selectAll()
      .where('event_id', '=', eventId)
      .executeTakeFirst();
    return row && toStoredEvent(row);
  }

  async list({ type, source, before, limit }: EventFilter): Promise<StoredEvent[]> {
    let query = this.#db.selectFrom('events').selectAll().orderBy('event_id', 'desc').limit(limit);
    if (type) query = query.where('type', '=', type);
    if (source) query = query.where('source', '=', source);
    if (before) query = query.where('event_id', '<', before);
    return (await query.execute()).map(toStoredEvent);
  }

  async unprocessed(now: Date, limit: number): Promise<StoredEvent[]> {
    const rows = await this.#db
      .selectFrom('events')
      .selectAll()
      .where('processed_at', 'is', null)
      .where(({ or, eb }) =>
        or([eb('not_before', 'is', null), eb('not_before', '<=', now.toISOString())]),
      )
      .orderBy('event_id')
      .limit(limit)
      .execute();
    return rows.map(toStoredEvent);
  }

  async markProcessed(eventId: string, effects: EventEffect[], at: Date): Promise<void> {
    await executeSoon(this.#db, (db) =>
      db
        .updateTable('events')
        .set({ processed_at: at.toISOString(), effects: JSON.stringify(effects) })
        .where('event_id', '=', eventId)
        .where('processed_at', 'is', null)
        .execute(),
    );
  }

  async defer(eventId: string, dueAt: Date): Promise<void> {
    await this.#db
      .updateTable('events')
      .set(({ eb }) => ({ not_before: dueAt.toISOString(), attempts: eb('attempts', '+', 1) }))
      .where('event_id', '=', eventId)
      .where('processed_at', 'is', null)
      .execute();
  }

  async unannounced(since: Date | null, limit: number): Promise<string[]> {
    let query = this.#db
      .selectFrom('runs')
      .select('run_id')
      .where('state', '=', 'succeeded')
      .where(({ or, eb }) => or([eb('cause', 'is', null), eb('cause', 'not like', 'sense/%')]))
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('announced_runs')
              .select('announced_runs.run_id')
              .whereRef('announced_runs.run_id', '=', 'runs.run_id'),
          ),
        ),
      )
      .orderBy('finished_at')
      .orderBy('run_id')
      .limit(limit);
    if (since) query = query.where('finished_at', '>=', since.toISOString());
    return (await query.execute()).map(({ run_id }) => run_id);
  }

  async announce(runId: string, event: NewEvent): Promise<void> {
    await transactSoon(this.#db, async (tx) => {
      const { numInsertedOrUpdatedRows } = await tx
        .insertInto('announced_runs')
        .values({ run_id: runId })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirstOrThrow();
      if (numInsertedOrUpdatedRows === 1n) await insertEvent(tx, event);
    });
  }

  runOfCause(cause: string): Promise<string | undefined> {
    return runOfCause(this.#db, cause);
  }
}

/** @returns whether the event is new */
async function insertEvent(
  db: Kysely<Database>,
  { eventId, event, receivedAt }: NewEvent,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('events')
    .values({
      event_id: eventId,
      source: event.source,
      id: event.id,
      type: event.type,
      event: JSON.stringify(event),
      received_at: receivedAt.toISOString(),
      not_before: null,
      attempts: 0,
      processed_at: null,
      effects: '[]',
    })
    .onConflict((conflict) => conflict.columns(['source', 'id']).doNothing())
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows === 1n;
}

const toStoredEvent = (row: EventRecord): StoredEvent => ({
  eventId: row.event_id,
  event: cloudEvent.parse(JSON.parse(row.event)) satisfies CloudEvent,
  receivedAt: new Date(row.received_at),
  attempts: row.attempts,
  processedAt: row.processed_at === null ? null : new Date(row.processed_at),
  effects: JSON.parse(row.effects) as EventEffect[],
});
