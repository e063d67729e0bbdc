import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { digestFile } from '../artifacts/digest-file.ts';
import { TriadError } from '../errors/triad-error.ts';
import type { JobPurpose } from './bigquery-jobs.ts';
import type { BigQuerySession, Opening } from './bigquery-session.ts';
import { tableType, toText } from './bigquery-types.ts';
import { duckDbOpener } from './duckdb-engine.ts';
import { quoteName, quoteText } from './duckdb-quote.ts';
import type { DuckDbWarehouse } from './duckdb-warehouse.ts';
import type { Cell, Column, LoadedFile, RowFile, Sql, TableName } from './warehouse.ts';

/*
 * Files are read and written by DuckDB, on this machine, on their way to and from BigQuery. So a
 * file is understood alike everywhere, its lines have their numbers, which load jobs do not know,
 * and an export is the same file, byte for byte, as the embedded warehouse makes of equal rows.
 */

const rowsTable: TableName = { dataset: 'scratch', table: 'file_rows' };

/** Rows to be loaded into columns. */
export interface Rows {
  columns: readonly Column[];
  rows: Iterable<readonly Cell[]>;
}

/** Appends rows to a table that there is. */
export async function loadRows(
  opening: Opening,
  table: TableName,
  { columns, rows }: Rows,
  purpose: JobPurpose,
): Promise<void> {
  await inScratch(opening, async (directory) => {
    const path = join(directory, 'rows.jsonl');
    const count = { rows: 0 };
    await pipeline(Readable.from(linesOf({ columns, rows }, count)), createWriteStream(path));
    if (count.rows > 0) await load(opening, table, { columns, path, onto: 'table' }, purpose);
  });
}

export async function loadFile(
  session: BigQuerySession,
  opening: Opening,
  table: TableName,
  file: RowFile,
  purpose: JobPurpose,
): Promise<LoadedFile> {
  return inScratch(opening, async (directory) => {
    const path = join(directory, 'rows.jsonl');
    const { loaded, columns } = await inDuckDb(opening, directory, async (duckDb) => {
      const loaded = await duckDb.loadFile(rowsTable, file);
      const columns = (await duckDb.columns(rowsTable)) ?? [];
      const texts = columns.map(({ name, type }) => {
        const value = type === 'OTHER' ? `to_json(${quoteName(name)})` : quoteName(name);
        return `CAST(${value} AS VARCHAR) AS ${quoteName(name)}`;
      });
      await duckDb.execute(
        `COPY (SELECT ${texts.join(', ')} FROM file_rows) TO ${quoteText(path)} (FORMAT json)`,
      );
      return { loaded, columns };
    });
    if (loaded.rows === 0) await session.createTable(table, columns);
    else await load(opening, table, { columns, path, onto: 'nothing' }, purpose);
    return loaded;
  });
}

/** @returns the number of rows */
export async function exportParquet(
  session: BigQuerySession,
  opening: Opening,
  sql: Sql,
  localFile: string,
): Promise<number> {
  return inScratch(opening, (directory) =>
    inDuckDb(opening, directory, async (duckDb) => {
      let isMade = false;
      for await (const { columns, rows } of session.pages(sql)) {
        if (!isMade) await duckDb.createTable(rowsTable, exportable(columns, sql));
        isMade = true;
        await duckDb.insertRows(rowsTable, rows);
      }
      const text = 'SELECT * FROM file_rows';
      return duckDb.exportParquet({ text, origin: sql.origin }, localFile);
    }),
  );
}

function exportable(columns: Column[], { origin }: Sql): Column[] {
  const other = columns.find(({ type }) => type === 'OTHER');
  if (!other) return columns;
  const reason = `the column ${other.name} is of a type that no snapshot has; cast it`;
  throw new TriadError('SQL_INVALID', { action: origin, reason });
}

/** By one load job: all lines of the file, or none; `onto` tells whether there is a table. */
async function load(
  { jobs, names }: Opening,
  table: TableName,
  { columns, path, onto }: { columns: readonly Column[]; path: string; onto: 'table' | 'nothing' },
  purpose: JobPurpose,
): Promise<void> {
  const { sha256: contentHash } = await digestFile(path);
  const load = {
    sourceFormat: 'NEWLINE_DELIMITED_JSON',
    createDisposition: onto === 'table' ? 'CREATE_NEVER' : 'CREATE_IF_NEEDED',
    writeDisposition: onto === 'table' ? 'WRITE_APPEND' : 'WRITE_EMPTY',
    schema: { fields: columns.map(({ name, type }) => ({ name, type: tableType(type) })) },
  };
  await jobs.load(names.reference(table), { path, contentHash, load }, purpose);
}

/** All values are text, which BigQuery reads as the types of the columns without any loss. */
function* linesOf({ columns, rows }: Rows, count: { rows: number }): Generator<string> {
  let block = '';
  for (const row of rows) {
    count.rows++;
    const values = columns.map(({ name, type }, at) => [name, toText(row[at] ?? null, type)]);
    block += `${JSON.stringify(Object.fromEntries(values))}\n`;
    if (block.length < 1 << 16) continue;
    yield block;
    block = '';
  }
  if (block !== '') yield block;
}

async function inDuckDb<T>(
  { options, memoryMiB }: Opening,
  directory: string,
  work: (duckDb: DuckDbWarehouse) => Promise<T>,
): Promise<T> {
  const { open } = duckDbOpener({
    path: join(directory, 'rows.duckdb'),
    defaultDataset: rowsTable.dataset,
    waitSeconds: 0,
    dialect: { definitions: '', translate: ({ text }) => text },
    clock: options.clock,
  });
  const duckDb = await open({ write: true, ...(memoryMiB !== undefined && { memoryMiB }) });
  try {
    return await work(duckDb);
  } finally {
    await duckDb.close();
  }
}

async function inScratch<T>(
  { options }: Opening,
  work: (directory: string) => Promise<T>,
): Promise<T> {
  await mkdir(options.scratch, { recursive: true });
  const directory = await mkdtemp(join(options.scratch, 'bigquery-'));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
