import { type Kysely, sql, type Transaction } from 'kysely';
import { z } from 'zod';
import { TriadError } from '../errors/triad-error.ts';
import type { Database } from './database.ts';
import type { ExportedRow } from './export-state.ts';
import { appliedMigrations } from './migrate.ts';
import { type StateTable, seededTables, stateTableNames } from './state-tables.ts';

const header = z.object({
  format: z.literal('triad-state'),
  version: z.literal(1),
  schema: z.string(),
});
const exportedRow = z.object({
  table: z.enum(stateTableNames),
  row: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
});
const ending = z.object({ end: z.int() });

/** Rows stored at a time. */
const BATCH = 100;

/** Names for messages. */
export interface ImportNames {
  file: string;
  /** The target. */
  where: string;
}

/**
 * Stores what `exportState` wrote, all or nothing, in an empty database of the same schema.
 * Errors: `STATE_EXPORT_INVALID`, `STATE_SCHEMA_DIFFERS`, `STATE_NOT_EMPTY`.
 *
 * @returns how many rows there were
 */
export async function importState(
  db: Kysely<Database>,
  lines: AsyncIterable<string>,
  { file, where }: ImportNames,
): Promise<number> {
  const invalid = (reason: string) => new TriadError('STATE_EXPORT_INVALID', { file, reason });
  const parse = <T>(schema: z.ZodType<T>, text: string): T | undefined => {
    try {
      return schema.safeParse(JSON.parse(text)).data;
    } catch {
      return undefined;
    }
  };

  const known = (await appliedMigrations(db)).at(-1) ?? 'none';
  return db.transaction().execute(async (tx) => {
    await requireEmpty(tx, where);
    let line = 0;
    let rows = 0;
    let end: number | undefined;
    let batch: ExportedRow[] = [];
    const flush = async () => {
      await store(tx, batch).catch((error: unknown) => {
        if (error instanceof TriadError) throw error;
        throw invalid(`the rows up to line ${line} cannot be stored: ${String(error)}`);
      });
      batch = [];
    };
    for await (const text of lines) {
      line += 1;
      if (line === 1) {
        const found = parse(header, text);
        if (!found) throw invalid('it does not begin with the header of an export');
        const { schema } = found;
        if (schema !== known) {
          throw new TriadError('STATE_SCHEMA_DIFFERS', { file, found: schema, known });
        }
        continue;
      }
      if (end !== undefined) throw invalid(`line ${line} comes after the end`);
      const row = parse(exportedRow, text);
      end = row ? undefined : parse(ending, text)?.end;
      if (!row && end === undefined) throw invalid(`line ${line} is no row of a known table`);
      const isFull = batch.length === BATCH || (row && row.table !== batch[0]?.table);
      if (isFull || end !== undefined) await flush();
      if (row) batch.push(row);
      if (row) rows += 1;
    }
    if (end === undefined) throw invalid(`it is cut off after line ${line}`);
    if (end !== rows) throw invalid(`it has ${rows} rows where ${end} were exported`);
    return rows;
  });
}

async function requireEmpty(tx: Transaction<Database>, path: string): Promise<void> {
  for (const table of seededTables) await sql`delete from ${sql.table(table)}`.execute(tx);
  for (const table of stateTableNames) {
    const { rows } = await sql`select 1 from ${sql.table(table)} limit 1`.execute(tx);
    if (rows.length > 0) throw new TriadError('STATE_NOT_EMPTY', { path, table });
  }
}

async function store(tx: Transaction<Database>, batch: ExportedRow[]): Promise<void> {
  const [first] = batch;
  if (!first) return;
  const table: StateTable = first.table;
  const columns = Object.keys(first.row);
  const values = batch.map(
    ({ row }) => sql`(${sql.join(columns.map((name) => row[name] ?? null))})`,
  );
  await sql`insert into ${sql.table(table)} (${sql.join(columns.map((name) => sql.ref(name)))})
    values ${sql.join(values)}`.execute(tx);
}
