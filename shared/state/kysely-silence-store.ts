import type { Kysely } from 'kysely';
import { alarmKind } from '../contracts/alarm-view.ts';
import type { AlarmSilenceRecord, Database } from './database.ts';
import type { Silence, SilenceStore } from './silence-store.ts';

/** `SilenceStore` on any database that Kysely speaks to. */
export class KyselySilenceStore implements SilenceStore {
  readonly #db: Kysely<Database>;

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  async addSilence(silence: Silence): Promise<void> {
    const { id, pipeline, kind, until, by, reason, createdAt, endedAt } = silence;
    await this.#db
      .insertInto('alarm_silences')
      .values({
        id,
        pipeline,
        kind,
        until: until.toISOString(),
        by,
        reason,
        created_at: createdAt.toISOString(),
        ended_at: endedAt?.toISOString() ?? null,
      })
      .execute();
  }

  async activeSilences(now: Date): Promise<Silence[]> {
    const rows = await this.#db
      .selectFrom('alarm_silences')
      .selectAll()
      .where('until', '>', now.toISOString())
      .where('ended_at', 'is', null)
      .orderBy('id')
      .execute();
    return rows.map(toSilence);
  }

  async listSilences(limit: number): Promise<Silence[]> {
    const rows = await this.#db
      .selectFrom('alarm_silences')
      .selectAll()
      .orderBy('id', 'desc')
      .limit(limit)
      .execute();
    return rows.map(toSilence);
  }

  async getSilence(id: string): Promise<Silence | undefined> {
    const row = await this.#db
      .selectFrom('alarm_silences')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    return row && toSilence(row);
  }

  async endSilence(id: string, at: Date): Promise<void> {
    await this.#db
      .updateTable('alarm_silences')
      .set({ ended_at: at.toISOString() })
      .where('id', '=', id)
      .where('ended_at', 'is', null)
      .execute();
  }
}

const toSilence = (row: AlarmSilenceRecord): Silence => ({
  id: row.id,
  pipeline: row.pipeline,
  kind: row.kind === null ? null : alarmKind.parse(row.kind),
  until: new Date(row.until),
  by: row.by,
  reason: row.reason,
  createdAt: new Date(row.created_at),
  endedAt: row.ended_at === null ? null : new Date(row.ended_at),
});
