import type { Expression, ExpressionBuilder, Kysely, SqlBool, Transaction } from 'kysely';
import type { AlarmResolution } from '../contracts/alarm-view.ts';
import { newAlarmRecord, newDeliveryRecord, toAlarm, toDelivery } from './alarm-records.ts';
import type {
  Acknowledgement,
  Alarm,
  AlarmCondition,
  AlarmDelivery,
  AlarmFilter,
  AlarmStore,
  AlarmWatch,
  DeliveryEnd,
  NewAlarmDelivery,
} from './alarm-store.ts';
import type { Database } from './database.ts';

/** `AlarmStore` on any database that Kysely speaks to. */
export class KyselyAlarmStore implements AlarmStore {
  readonly #db: Kysely<Database>;

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  async raise(condition: AlarmCondition, id: string, at: Date): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await this.#db
      .insertInto('alarms')
      .values(newAlarmRecord(condition, id, at))
      .onConflict((conflict) => conflict.column('open_key').doNothing())
      .executeTakeFirstOrThrow();
    return numInsertedOrUpdatedRows === 1n;
  }

  async describe(alarmId: string, condition: AlarmCondition): Promise<void> {
    const { summary, fix, runId } = condition;
    await this.#db
      .updateTable('alarms')
      .set({ summary, fix, run_id: runId })
      .where('id', '=', alarmId)
      .where('open_key', 'is not', null)
      .execute();
  }

  resolve(
    { id, notifiedAt }: Pick<Alarm, 'id' | 'notifiedAt'>,
    { at, resolution }: { at: Date; resolution: AlarmResolution },
    deliveries: NewAlarmDelivery[],
  ): Promise<boolean> {
    return this.#db.transaction().execute(async (tx) => {
      const { numUpdatedRows } = await tx
        .updateTable('alarms')
        .set({ open_key: null, resolved_at: at.toISOString(), resolution })
        .where('id', '=', id)
        .where('open_key', 'is not', null)
        .where(wasNotified(notifiedAt))
        .executeTakeFirstOrThrow();
      if (numUpdatedRows === 0n) return false;
      await insertDeliveries(tx, deliveries, at);
      return true;
    });
  }

  notify(
    { id, notifiedAt }: Pick<Alarm, 'id' | 'notifiedAt'>,
    at: Date,
    deliveries: NewAlarmDelivery[],
  ): Promise<boolean> {
    return this.#db.transaction().execute(async (tx) => {
      const { numUpdatedRows } = await tx
        .updateTable('alarms')
        .set({ notified_at: at.toISOString() })
        .where('id', '=', id)
        .where('open_key', 'is not', null)
        .where(wasNotified(notifiedAt))
        .executeTakeFirstOrThrow();
      if (numUpdatedRows === 0n) return false;
      await insertDeliveries(tx, deliveries, at);
      return true;
    });
  }

  async acknowledge(alarmId: string, { at, by, comment }: Acknowledgement): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable('alarms')
      .set({ acknowledged_at: at.toISOString(), acknowledged_by: by, comment })
      .where('id', '=', alarmId)
      .where('open_key', 'is not', null)
      .executeTakeFirstOrThrow();
    return numUpdatedRows === 1n;
  }

  async openAlarms(): Promise<Alarm[]> {
    const rows = await this.#db
      .selectFrom('alarms')
      .selectAll()
      .where('open_key', 'is not', null)
      .orderBy('id')
      .execute();
    return rows.map(toAlarm);
  }

  async getAlarm(alarmId: string): Promise<Alarm | undefined> {
    const row = await this.#db
      .selectFrom('alarms')
      .selectAll()
      .where('id', '=', alarmId)
      .executeTakeFirst();
    return row && toAlarm(row);
  }

  async listAlarms({ state, pipeline, kind, before, limit }: AlarmFilter): Promise<Alarm[]> {
    let query = this.#db.selectFrom('alarms').selectAll().orderBy('id', 'desc').limit(limit);
    if (state) query = query.where('open_key', state === 'open' ? 'is not' : 'is', null);
    if (pipeline) query = query.where('pipeline', '=', pipeline);
    if (kind) query = query.where('kind', '=', kind);
    if (before) query = query.where('id', '<', before);
    return (await query.execute()).map(toAlarm);
  }

  async deliveriesOf(alarmId: string): Promise<AlarmDelivery[]> {
    const rows = await this.#db
      .selectFrom('alarm_deliveries')
      .selectAll()
      .where('alarm_id', '=', alarmId)
      .orderBy('place')
      .orderBy('id')
      .execute();
    return rows.map(toDelivery);
  }

  async pendingChannels(): Promise<string[]> {
    const rows = await this.#db
      .selectFrom('alarm_deliveries')
      .select('channel')
      .distinct()
      .where('state', '=', 'pending')
      .orderBy('channel')
      .execute();
    return rows.map(({ channel }) => channel);
  }

  async dueDeliveries(channel: string, now: Date, limit: number): Promise<AlarmDelivery[]> {
    const rows = await this.#db
      .selectFrom('alarm_deliveries as own')
      .selectAll()
      .where('own.state', '=', 'pending')
      .where('own.channel', '=', channel)
      .where('own.due_at', '<=', now.toISOString())
      // Nobody is told of a recovery before what it is a recovery from.
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('alarm_deliveries as earlier')
              .select('earlier.id')
              .whereRef('earlier.alarm_id', '=', 'own.alarm_id')
              .whereRef('earlier.channel', '=', 'own.channel')
              .where(({ eb, or, and, ref }) =>
                or([
                  eb('earlier.place', '<', ref('own.place')),
                  and([
                    eb('earlier.place', '=', ref('own.place')),
                    eb('earlier.id', '<', ref('own.id')),
                  ]),
                ]),
              )
              .where('earlier.state', '=', 'pending'),
          ),
        ),
      )
      .orderBy('own.due_at')
      .orderBy('own.id')
      .limit(limit)
      .execute();
    return rows.map(toDelivery);
  }

  async nextDelivery(now: Date): Promise<Date | undefined> {
    const row = await this.#db
      .selectFrom('alarm_deliveries')
      .select(({ fn }) => fn.min('due_at').as('due_at'))
      .where('state', '=', 'pending')
      .where('due_at', '>', now.toISOString())
      .executeTakeFirst();
    return row?.due_at ? new Date(row.due_at) : undefined;
  }

  async claimDelivery({ id, attempts, dueAt }: AlarmDelivery, until: Date): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable('alarm_deliveries')
      .set({ attempts: attempts + 1, due_at: until.toISOString() })
      .where('id', '=', id)
      .where('state', '=', 'pending')
      .where('attempts', '=', attempts)
      .where('due_at', '=', dueAt.toISOString())
      .executeTakeFirstOrThrow();
    return numUpdatedRows === 1n;
  }

  async endAttempt(deliveryId: string, end: DeliveryEnd): Promise<void> {
    const change =
      end.state === 'pending'
        ? { due_at: end.dueAt.toISOString() }
        : { ended_at: end.at.toISOString() };
    const error = end.state === 'delivered' ? null : JSON.stringify(end.error);
    await this.#db
      .updateTable('alarm_deliveries')
      .set({ state: end.state, error, ...change })
      .where('id', '=', deliveryId)
      .where('state', '=', 'pending')
      .execute();
  }

  async watches(): Promise<AlarmWatch[]> {
    const rows = await this.#db.selectFrom('alarm_watches').selectAll().execute();
    return rows.map(({ pipeline, schedule, since, checked_until }) => ({
      pipeline,
      schedule,
      since: new Date(since),
      checkedUntil: new Date(checked_until),
    }));
  }

  async saveWatch({ pipeline, schedule, since, checkedUntil }: AlarmWatch): Promise<void> {
    const values = {
      schedule,
      since: since.toISOString(),
      checked_until: checkedUntil.toISOString(),
    };
    await this.#db
      .insertInto('alarm_watches')
      .values({ pipeline, ...values })
      .onConflict((conflict) => conflict.column('pipeline').doUpdateSet(values))
      .execute();
  }
}

/** That people were last told then, or never. */
const wasNotified =
  (notifiedAt: Date | null) =>
  (eb: ExpressionBuilder<Database, 'alarms'>): Expression<SqlBool> =>
    notifiedAt ? eb('notified_at', '=', notifiedAt.toISOString()) : eb('notified_at', 'is', null);

/** Those of one notice, which comes after all that were made of its alarm before. */
async function insertDeliveries(
  tx: Transaction<Database>,
  deliveries: NewAlarmDelivery[],
  at: Date,
): Promise<void> {
  const [first] = deliveries;
  if (!first) return;
  const { last } = await tx
    .selectFrom('alarm_deliveries')
    .select(({ fn }) => fn.max('place').as('last'))
    .where('alarm_id', '=', first.alarmId)
    .executeTakeFirstOrThrow();
  const place = Number(last ?? 0) + 1;
  const records = deliveries.map((delivery) => newDeliveryRecord(delivery, place, at));
  await tx.insertInto('alarm_deliveries').values(records).execute();
}
