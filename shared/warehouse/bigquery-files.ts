import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { digestFile } from '../artifacts/digest-file.ts';
import { TriadError } from '../errors/triad-error.ts';
import type { JobPurpose } from './bigquery-jobs.ts';
import type { BigQuerySession, Opening } from './bigquery-session.ts';
import { tableType } from './bigquery-types.ts';
import { duckDbOpener } from './duckdb-engine.ts';
import { quoteName } from './duckdb-quote.ts';
import type { DuckDbWarehouse } from './duckdb-warehouse.ts';
import type { Cell, Column, ColumnType, LoadedFile, RowFile, Sql, TableName } from './warehouse.ts';

/*
 * Files are read and written by DuckDB, on this machine, on their way to and from BigQuery. So a
 * file is understood alike everywhere, its lines have their numbers, which load jobs do not know,
 * and an export is the same file, byte for byte, as the embedded warehouse makes of equal rows.
 * What load jobs get is Parquet.
 */

const rowsTable: TableName = { dataset: 'scratch', table: 'file_rows' };

/** The types that the emulator misreads in a Parquet file. */
const misread = new Set<ColumnType>(['DATETIME', 'NUMERIC']);

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
    const path = join(directory, 'rows.parquet');
    const count = await inDuckDb(opening, directory, async (duckDb) => {
      await duckDb.createTable(rowsTable, columns);
      await duckDb.insertRows(rowsTable, rows);
      return writeRows(duckDb, columns, path, opening);
    });
    if (count > 0) await load(opening, table, { columns, path, onto: 'table' }, purpose);
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
    const path = join(directory, 'rows.parquet');
    const { loaded, columns } = await inDuckDb(opening, directory, async (duckDb) => {
      const loaded = await duckDb.loadFile(rowsTable, file);
      const columns = (await duckDb.columns(rowsTable)) ?? [];
      await writeRows(duckDb, columns, path, opening);
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

/** By one load job: all rows of the file, or none; `onto` tells whether there is a table. */
async function load(
  { jobs, names }: Opening,
  table: TableName,
  { columns, path, onto }: { columns: readonly Column[]; path: string; onto: 'table' | 'nothing' },
  purpose: JobPurpose,
): Promise<void> {
  const { sha256: contentHash } = await digestFile(path);
  const load = {
    sourceFormat: 'PARQUET',
    createDisposition: onto === 'table' ? 'CREATE_NEVER' : 'CREATE_IF_NEEDED',
    writeDisposition: onto === 'table' ? 'WRITE_APPEND' : 'WRITE_EMPTY',
    schema: { fields: columns.map(({ name, type }) => ({ name, type: tableType(type) })) },
  };
  await jobs.load(names.reference(table), { path, contentHash, load }, purpose);
}

/**
 * The rows as Parquet with the types that BigQuery reads as its own. What the emulator misreads it
 * gets as text: see docs/emulators.md.
 * @returns the number of rows
 */
function writeRows(
  duckDb: DuckDbWarehouse,
  columns: readonly Column[],
  path: string,
  { options }: Opening,
): Promise<number> {
  const values = columns.map(({ name, type }) => {
    const column = quoteName(name);
    if (options.emulator && misread.has(type)) return `CAST(${column} AS VARCHAR) AS ${column}`;
    return column;
  });
  const text = `SELECT ${values.join(', ')} FROM file_rows`;
  return duckDb.exportParquet({ text, origin: path }, path);
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
