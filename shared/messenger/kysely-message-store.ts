import type { Kysely } from 'kysely';
import type { Database, DeadLetterRecord, DeliveryRecord } from '../state/database.ts';
import { executeSoon, locksRows, transact } from '../state/transaction.ts';
import type { AddOptions, DeadLetter, Delivery, MessageStore } from './message-store.ts';

/** `MessageStore` in the state database, so that one file holds all that must not be lost. */
export class KyselyMessageStore implements MessageStore {
  readonly #db: Kysely<Database>;

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  async addDeliveries(
    deliveries: Delivery[],
    dueAt: Date,
    { takenAt, soon = false }: AddOptions = {},
  ): Promise<void> {
    if (deliveries.length === 0) return;
    const add = (db: Kysely<Database>) =>
      db
        .insertInto('deliveries')
        .values(deliveries.map((delivery) => deliveryRecord(delivery, dueAt, takenAt)))
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute();
    await (soon ? executeSoon(this.#db, add) : add(this.#db));
  }

  takeDue(now: Date, until: Date, limit: number): Promise<Delivery[]> {
    return executeSoon(this.#db, async (db) => {
      const due = db
        .selectFrom('deliveries')
        .select('id')
        .where('due_at', '<=', now.toISOString())
        .orderBy('due_at')
        .orderBy('id')
        .limit(limit);
      const rows = await db
        .with('due', () => (locksRows(db) ? due.forUpdate().skipLocked() : due))
        .updateTable('deliveries')
        .set({ due_at: until.toISOString(), taken_at: now.toISOString() })
        .where('id', 'in', (eb) => eb.selectFrom('due').select('due.id'))
        .returningAll()
        .execute();
      return rows.map(toDelivery).toSorted((a, b) => (a.id < b.id ? -1 : 1));
    });
  }

  async nextDue(now: Date): Promise<Date | undefined> {
    const row = await this.#db
      .selectFrom('deliveries')
      .select('due_at')
      .where('due_at', '>', now.toISOString())
      .orderBy('due_at')
      .limit(1)
      .executeTakeFirst();
    return row && new Date(row.due_at);
  }

  async acknowledge(deliveryId: string): Promise<void> {
    await executeSoon(this.#db, (db) =>
      db.deleteFrom('deliveries').where('id', '=', deliveryId).execute(),
    );
  }

  async reschedule(deliveryId: string, attempts: number, dueAt: Date): Promise<void> {
    await this.#db
      .updateTable('deliveries')
      .set({ attempts, due_at: dueAt.toISOString(), taken_at: null })
      .where('id', '=', deliveryId)
      .execute();
  }

  async bury(deliveryId: string, letter: DeadLetter): Promise<void> {
    await transact(this.#db, async (tx) => {
      await tx.deleteFrom('deliveries').where('id', '=', deliveryId).execute();
      await tx.insertInto('dead_letters').values(deadLetterRecord(letter)).execute();
    });
  }

  async addDeadLetter(letter: DeadLetter): Promise<void> {
    await this.#db.insertInto('dead_letters').values(deadLetterRecord(letter)).execute();
  }

  async deadLetters(limit: number, before?: string): Promise<DeadLetter[]> {
    let query = this.#db.selectFrom('dead_letters').selectAll().orderBy('id', 'desc').limit(limit);
    if (before) query = query.where('id', '<', before);
    return (await query.execute()).map(toDeadLetter);
  }

  async getDeadLetter(letterId: string): Promise<DeadLetter | undefined> {
    const row = await this.#db
      .selectFrom('dead_letters')
      .selectAll()
      .where('id', '=', letterId)
      .executeTakeFirst();
    return row && toDeadLetter(row);
  }

  async replay(letterId: string, deliveries: Delivery[], dueAt: Date): Promise<boolean> {
    return transact(this.#db, async (tx) => {
      const { numDeletedRows } = await tx
        .deleteFrom('dead_letters')
        .where('id', '=', letterId)
        .executeTakeFirstOrThrow();
      if (numDeletedRows === 0n) return false;
      if (deliveries.length === 0) return true;
      await tx
        .insertInto('deliveries')
        .values(deliveries.map((delivery) => deliveryRecord(delivery, dueAt)))
        .execute();
      return true;
    });
  }
}

const deliveryRecord = (delivery: Delivery, dueAt: Date, takenAt?: Date): DeliveryRecord => ({
  id: delivery.id,
  message_id: delivery.messageId,
  topic: delivery.topic,
  subscription: delivery.subscription,
  data: delivery.data,
  attributes: JSON.stringify(delivery.attributes),
  attempts: delivery.attempts,
  published_at: delivery.publishedAt.toISOString(),
  due_at: dueAt.toISOString(),
  taken_at: takenAt?.toISOString() ?? null,
});

const toDelivery = (row: DeliveryRecord): Delivery => ({
  id: row.id,
  messageId: row.message_id,
  topic: row.topic,
  subscription: row.subscription,
  data: row.data,
  attributes: JSON.parse(row.attributes) as Record<string, string>,
  attempts: row.attempts,
  publishedAt: new Date(row.published_at),
});

const deadLetterRecord = (letter: DeadLetter): DeadLetterRecord => ({
  id: letter.id,
  topic: letter.topic,
  subscription: letter.subscription,
  data: letter.data,
  attributes: JSON.stringify(letter.attributes),
  attempts: letter.attempts,
  reason_code: letter.reasonCode,
  reason_message: letter.reasonMessage,
  at: letter.at.toISOString(),
});

const toDeadLetter = (row: DeadLetterRecord): DeadLetter => ({
  id: row.id,
  topic: row.topic,
  subscription: row.subscription,
  data: row.data,
  attributes: JSON.parse(row.attributes) as Record<string, string>,
  attempts: row.attempts,
  reasonCode: row.reason_code,
  reasonMessage: row.reason_message,
  at: new Date(row.at),
});
