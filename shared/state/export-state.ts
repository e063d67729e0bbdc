import { type Kysely, sql, type Transaction } from 'kysely';
import type { Database } from './database.ts';
import { appliedMigrations } from './migrate.ts';
import { type StateTable, stateTableNames, stateTables } from './state-tables.ts';
import { locksRows } from './transaction.ts';

/** The first line of an export. */
export interface ExportHeader {
  format: 'triad-state';
  version: 1;
  /** The newest migration of the database. */
  schema: string;
  exportedAt: string;
}

/** Any further line but the last, which is `{"end": <number of rows>}`. */
export interface ExportedRow {
  table: StateTable;
  row: Record<string, string | number | null>;
}

/** Rows read at a time. */
const PAGE = 500;

/**
 * Hands `write` the whole state as of one moment, line by line: a header, a line per row, and a last
 * line without which an export is not complete.
 *
 * @returns how many rows there were
 */
export async function exportState(
  db: Kysely<Database>,
  now: Date,
  write: (line: string) => Promise<void>,
): Promise<number> {
  const schema = (await appliedMigrations(db)).at(-1) ?? '';
  const header: ExportHeader = {
    format: 'triad-state',
    version: 1,
    schema,
    exportedAt: now.toISOString(),
  };
  await write(JSON.stringify(header));
  const transaction = db.transaction();
  // One snapshot for all pages; SQLite has no other kind.
  const snapshot = locksRows(db) ? transaction.setIsolationLevel('repeatable read') : transaction;
  const rows = await snapshot.execute(async (tx) => {
    let count = 0;
    for (const table of stateTableNames) {
      for await (const row of rowsOf(tx, table)) {
        await write(JSON.stringify({ table, row } satisfies ExportedRow));
        count += 1;
      }
    }
    return count;
  });
  await write(JSON.stringify({ end: rows }));
  return rows;
}

/** In the order of the key, a page at a time: each begins after the key of the last row before. */
async function* rowsOf(
  tx: Transaction<Database>,
  table: StateTable,
): AsyncGenerator<ExportedRow['row']> {
  const keys: readonly string[] = stateTables[table];
  const columns = sql.join(keys.map((key) => sql.ref(key)));
  let last: ExportedRow['row'] | undefined;
  do {
    const from = last;
    const after = from
      ? sql`where (${columns}) > (${sql.join(keys.map((key) => from[key]))})`
      : sql``;
    const page = await sql<ExportedRow['row']>`
      select * from ${sql.table(table)} ${after} order by ${columns} limit ${PAGE}`.execute(tx);
    yield* page.rows;
    last = page.rows.length === PAGE ? page.rows.at(-1) : undefined;
  } while (last);
}
