import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { columnOf, type QueryParameter, toCell } from '@triad/shared/warehouse/bigquery-types.ts';
import { quoteTable, quoteText } from '@triad/shared/warehouse/duckdb-quote.ts';
import type { DuckDbWarehouse } from '@triad/shared/warehouse/duckdb-warehouse.ts';
import type { Cell, Parameters, TableName } from '@triad/shared/warehouse/warehouse.ts';
import { temporaryDirectory } from '../temporary-directory.ts';
import { duckDbFile } from './duckdb-warehouse.ts';
import type { Ending, Engine, SentJob } from './fake-bigquery.ts';

const origin = 'the engine';
const print =
  /TO_HEX\(SHA256\(ARRAY_TO_STRING\(ARRAY\(\s+SELECT TO_JSON_STRING\(answer\) AS line FROM \((.*)\n\) AS answer ORDER BY line/s;

/**
 * Runs the statements that the adapter for BigQuery sends, and no others, in DuckDB: scripts and
 * transactions as BigQuery promises them, so that one that fails changes nothing.
 */
export async function duckDbEngine(): Promise<Engine> {
  const path = join(await temporaryDirectory(), 'bigquery.duckdb');
  const duckDb = await duckDbFile(path, { defaultDataset: 'none' })({ write: true });
  after(() => duckDb.close());
  return {
    run: (job, uploaded) => ended(duckDb, job, uploaded),
    async table(dataset, table) {
      const columns = await duckDb.columns({ dataset, table });
      const kind = `SELECT 1 FROM duckdb_views() WHERE schema_name = '${dataset}' AND view_name = '${table}'`;
      const isView = (await duckDb.execute(kind)).currentRowCount > 0;
      return columns && { type: isView ? 'VIEW' : 'TABLE', schema: { fields: columns } };
    },
    drop: (dataset, table) => duckDb.drop({ dataset, table }),
    createDataset: (dataset) => duckDb.createDataset(dataset, 'permanent'),
    dropDataset: (dataset) => duckDb.dropDataset(dataset),
  };
}

async function ended(
  duckDb: DuckDbWarehouse,
  job: SentJob,
  uploaded: Buffer | undefined,
): Promise<Ending> {
  const { query, load, dryRun } = job.configuration;
  try {
    if (load && uploaded) return await loaded(duckDb, load, uploaded);
    const given = (query?.queryParameters ?? []) as QueryParameter[];
    const parameters = Object.fromEntries(
      given.map(({ name, parameterType: { type }, parameterValue: { value } }) => {
        const column = columnOf({ name, type });
        return [name, { type: column.type, value: toCell(value, column.type) }];
      }),
    );
    const text = `${query?.query}`;
    if (dryRun) {
      const { columns } = await duckDb.query({
        text: `SELECT * FROM (${text}) LIMIT 0`,
        origin,
        parameters,
      });
      return { statistics: { totalBytesProcessed: '0', query: { schema: { fields: columns } } } };
    }
    return await script(duckDb, text, parameters);
  } catch (error) {
    const message = error instanceof TriadError ? error.message : String(error);
    return { error: { reason: 'invalidQuery', message } };
  }
}

async function script(
  duckDb: DuckDbWarehouse,
  text: string,
  parameters: Parameters,
): Promise<Ending> {
  let ending: Ending = {};
  let isOpen = false;
  try {
    for (const one of text.split(/;\n|;$/).filter((part) => part.trim() !== '')) {
      if (one === 'BEGIN TRANSACTION') isOpen = true;
      ending = await statement(duckDb, one, parameters);
      if (one === 'COMMIT TRANSACTION') isOpen = false;
    }
    return ending;
  } catch (error) {
    if (isOpen) await duckDb.execute('ROLLBACK');
    throw error;
  }
}

/** The forms of statements, each with how DuckDB does it. */
async function statement(duckDb: DuckDbWarehouse, text: string, all: Parameters): Promise<Ending> {
  const parameters = Object.fromEntries(
    Object.entries(all).filter(([name]) => new RegExp(`@${name}\\b`).test(text)),
  );
  const match = (pattern: RegExp) => pattern.exec(text) ?? undefined;
  if (/^(BEGIN|COMMIT) TRANSACTION$/.test(text)) {
    await duckDb.execute(text);
    return {};
  }
  const fingerprint = match(print);
  if (fingerprint) return checked(duckDb, `${fingerprint[1]}`, text, parameters);
  let found = match(/^CREATE TABLE (IF NOT EXISTS )?`([^`]+)` AS ([\s\S]*)$/);
  if (found) {
    const table = tableOf(found[2]);
    if (found[1] && (await duckDb.columns(table))) return {};
    await duckDb.createTable(table, { text: `${found[3]}`, origin, parameters });
    return {};
  }
  found = match(/^CREATE TABLE (IF NOT EXISTS )?`([^`]+)` \(([^)]*)\)/);
  if (found) {
    const fields = [...`${found[3]}`.matchAll(/`([^`]+)` (\w+)/g)];
    if (found[1] && (await duckDb.columns(tableOf(found[2])))) return {};
    const columns = fields.map(([, name, type]) => columnOf({ name: `${name}`, type: `${type}` }));
    await duckDb.createTable(tableOf(found[2]), columns);
    return {};
  }
  found = match(/^CREATE OR REPLACE VIEW `([^`]+)` AS ([\s\S]*)$/);
  if (found) {
    await duckDb.createView(tableOf(found[1]), { text: `${found[2]}`, origin });
    return {};
  }
  found = match(/^INSERT INTO `([^`]+)` \([^)]*\) VALUES ([\s\S]*)$/);
  if (found) {
    const rows = [...`${found[2]}`.matchAll(/\(([^)]*)\)/g)].map(([, row]): Cell[] =>
      [...`${row}`.matchAll(/@(\w+)/g)].map(([, name]) => parameters[`${name}`]?.value ?? null),
    );
    await duckDb.insertRows(tableOf(found[1]), rows);
    return {};
  }
  found = match(/^INSERT INTO `([^`]+)` \([^)]*\) SELECT [^(]* FROM `([^`]+)`$/);
  if (found) {
    const count = await duckDb.copyRows(tableOf(found[2]), tableOf(found[1]));
    return { numDmlAffectedRows: String(count) };
  }
  found = match(/^(DELETE FROM|UPDATE|DROP TABLE IF EXISTS|DROP VIEW IF EXISTS) /);
  if (found) {
    const own = text.replaceAll(/`([^`.]+)\.([^`]+)`/g, '"$1"."$2"').replaceAll('`', '"');
    await duckDb.execute(own.replaceAll(/@(\w+)/g, '$$$1'), parameters);
    return {};
  }
  const { columns, rows } = await duckDb.query({ text, origin, parameters });
  return {
    fields: columns,
    rows: rows.map((row) => row.map((cell) => (cell === null ? null : String(cell)))),
  };
}

/** The print of a query's rows, or the check that it is still the same. */
async function checked(
  duckDb: DuckDbWarehouse,
  query: string,
  text: string,
  parameters: Parameters,
): Promise<Ending> {
  const { rows } = await duckDb.query({ text: query, origin, parameters });
  const lines = rows.map((row) => JSON.stringify(row.map(String))).sort();
  const found = createHash('sha256').update(lines.join('\n')).digest('hex');
  const [, name, message] = / = @(\w+), TRUE, ERROR\('(.*)'\)\)$/.exec(text) ?? [];
  if (name !== undefined && parameters[name]?.value !== found) throw new Error(message);
  return { fields: [{ name: 'f0_', type: 'STRING' }], rows: [[found]] };
}

async function loaded(
  duckDb: DuckDbWarehouse,
  load: Record<string, unknown>,
  uploaded: Buffer,
): Promise<Ending> {
  const { destinationTable, schema, createDisposition } = load as {
    destinationTable: { datasetId: string; tableId: string };
    schema: { fields: { name: string; type: string }[] };
    createDisposition: string;
  };
  const table = { dataset: destinationTable.datasetId, table: destinationTable.tableId };
  const path = join(await temporaryDirectory(), 'uploaded.parquet');
  await writeFile(path, uploaded);
  const found = await duckDb.describe(`SELECT * FROM read_parquet(${quoteText(path)})`);
  const expected = schema.fields.map(columnOf);
  // BigQuery converts no value of a Parquet file to a column of another type.
  if (!isDeepStrictEqual(found, expected)) {
    const message = `${JSON.stringify(found)} is not ${JSON.stringify(expected)}`;
    return { error: { reason: 'invalid', message } };
  }
  if (createDisposition === 'CREATE_IF_NEEDED') await duckDb.createTable(table, expected);
  const rows = `SELECT * FROM read_parquet(${quoteText(path)})`;
  await duckDb.execute(`INSERT INTO ${quoteTable(table)} BY NAME ${rows}`);
  return {};
}

function tableOf(text: string | undefined): TableName {
  const [dataset = '', table = ''] = `${text}`.split('.');
  return { dataset, table };
}
