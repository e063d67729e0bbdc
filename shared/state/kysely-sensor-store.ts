import type { Kysely, Transaction } from 'kysely';
import type { ErrorReport } from '../errors/triad-error.ts';
import type { Database, SensorCursorRecord } from './database.ts';
import type {
  CursorSwap,
  SensorCursor,
  SensorKey,
  SensorStore,
  SensorValue,
} from './sensor-store.ts';

/** `SensorStore` on any database that Kysely speaks to. */
export class KyselySensorStore implements SensorStore {
  readonly #db: Kysely<Database>;

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  expect(key: SensorKey, now: Date): Promise<SensorCursor> {
    return this.#db.transaction().execute(async (tx) => {
      await tx
        .insertInto('sensor_cursors')
        .values(newCursor(key, now))
        .onConflict((conflict) => conflict.columns(['pipeline', 'sensor']).doNothing())
        .execute();
      return read(tx, key);
    });
  }

  async list(): Promise<SensorCursor[]> {
    const rows = await this.#db
      .selectFrom('sensor_cursors')
      .selectAll()
      .orderBy('pipeline')
      .orderBy('sensor')
      .execute();
    return rows.map(toCursor);
  }

  claimLook(seen: SensorCursor, nextLookAt: Date): Promise<SensorCursor | undefined> {
    return this.#db.transaction().execute(async (tx) => {
      const { numUpdatedRows } = await tx
        .updateTable('sensor_cursors')
        .set({ next_look_at: nextLookAt.toISOString(), looks: seen.looks + 1 })
        .where('pipeline', '=', seen.pipeline)
        .where('sensor', '=', seen.sensor)
        .where('looks', '=', seen.looks)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n ? read(tx, seen) : undefined;
    });
  }

  async swap(key: SensorKey, generation: number, swap: CursorSwap): Promise<boolean> {
    const { value, summary, pending, at } = swap;
    const { numUpdatedRows } = await this.#db
      .updateTable('sensor_cursors')
      .set(({ ref }) => ({
        generation: generation + 1,
        previous: ref('value'),
        value: toText(value),
        summary,
        pending: pending ? 1 : 0,
        checked_at: at.toISOString(),
        changed_at: at.toISOString(),
        skips: 0,
        failures: 0,
        error: null,
      }))
      .where('pipeline', '=', key.pipeline)
      .where('sensor', '=', key.sensor)
      .where('generation', '=', generation)
      .where('pending', '=', 0)
      .executeTakeFirstOrThrow();
    return numUpdatedRows === 1n;
  }

  async settle(key: SensorKey, generation: number, runId: string): Promise<void> {
    await this.#db
      .updateTable('sensor_cursors')
      .set({ pending: 0, run_id: runId, failures: 0, error: null })
      .where('pipeline', '=', key.pipeline)
      .where('sensor', '=', key.sensor)
      .where('generation', '=', generation)
      .execute();
  }

  async skip(key: SensorKey, generation: number, at: Date): Promise<void> {
    await this.#db
      .updateTable('sensor_cursors')
      .set(({ eb }) => ({
        checked_at: at.toISOString(),
        skips: eb('skips', '+', 1),
        failures: 0,
        error: null,
      }))
      .where('pipeline', '=', key.pipeline)
      .where('sensor', '=', key.sensor)
      .where('generation', '=', generation)
      .execute();
  }

  async fail(key: SensorKey, error: ErrorReport, at: Date, nextLookAt: Date): Promise<void> {
    await this.#db
      .updateTable('sensor_cursors')
      .set(({ eb }) => ({
        checked_at: at.toISOString(),
        next_look_at: nextLookAt.toISOString(),
        failures: eb('failures', '+', 1),
        error: JSON.stringify(error),
      }))
      .where('pipeline', '=', key.pipeline)
      .where('sensor', '=', key.sensor)
      .execute();
  }
}

async function read(tx: Transaction<Database>, key: SensorKey): Promise<SensorCursor> {
  const row = await tx
    .selectFrom('sensor_cursors')
    .selectAll()
    .where('pipeline', '=', key.pipeline)
    .where('sensor', '=', key.sensor)
    .executeTakeFirstOrThrow();
  return toCursor(row);
}

const newCursor = ({ pipeline, sensor }: SensorKey, now: Date): SensorCursorRecord => ({
  pipeline,
  sensor,
  generation: 0,
  value: null,
  previous: null,
  summary: '',
  pending: 0,
  run_id: null,
  looks: 0,
  checked_at: null,
  changed_at: null,
  next_look_at: now.toISOString(),
  skips: 0,
  failures: 0,
  error: null,
});

const toText = (value: SensorValue) => (value === null ? null : JSON.stringify(value));
const fromText = (text: string | null) =>
  text === null ? null : (JSON.parse(text) as SensorValue);
const toDate = (text: string | null) => (text === null ? null : new Date(text));

const toCursor = (row: SensorCursorRecord): SensorCursor => ({
  pipeline: row.pipeline,
  sensor: row.sensor,
  generation: row.generation,
  value: fromText(row.value),
  previous: fromText(row.previous),
  summary: row.summary,
  pending: row.pending === 1,
  runId: row.run_id,
  looks: row.looks,
  checkedAt: toDate(row.checked_at),
  changedAt: toDate(row.changed_at),
  nextLookAt: new Date(row.next_look_at),
  skips: row.skips,
  failures: row.failures,
  error: row.error === null ? null : (JSON.parse(row.error) as ErrorReport),
});
