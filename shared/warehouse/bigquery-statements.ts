import { batches } from './batches.ts';
import { type BigQueryNames, quoteName } from './bigquery-names.ts';
import { tableType } from './bigquery-types.ts';
import type { Cell, Column, Parameters, TableName } from './warehouse.ts';

/** A statement of the adapter's own. */
export interface Statement {
  text: string;
  parameters?: Parameters;
}

/** More parameters than this are refused by BigQuery. */
export const mostParameters = 10_000;

export function createTableText(
  name: string,
  columns: readonly Column[],
  partitionColumn: string | undefined,
): string {
  const list = columns.map((column) => `${quoteName(column.name)} ${tableType(column.type)}`);
  const isPartitioned = columns.some(
    (column) => column.name === partitionColumn && column.type === 'DATE',
  );
  const partition = isPartitioned ? ` PARTITION BY ${quoteName(`${partitionColumn}`)}` : '';
  return `${name} (${list.join(', ')})${partition}`;
}

/** @param emulator whose NUMERIC may be a FLOAT64, of which its own copy makes a text */
export function copyText(
  names: BigQueryNames,
  from: TableName,
  to: TableName,
  columns: readonly Column[],
  emulator = false,
): string {
  const list = columns.map(({ name }) => quoteName(name)).join(', ');
  const values = columns.map(({ name, type }) =>
    emulator && type === 'NUMERIC'
      ? `CAST(CAST(${quoteName(name)} AS STRING) AS NUMERIC)`
      : quoteName(name),
  );
  return `INSERT INTO ${names.table(to)} (${list}) SELECT ${values.join(', ')} FROM ${names.table(from)}`;
}

export function deleteStatement(
  names: BigQueryNames,
  table: TableName,
  where: Parameters,
): Statement {
  const conditions = Object.keys(where).map((column) => `${quoteName(column)} = @${column}`);
  const condition = conditions.length > 0 ? conditions.join(' AND ') : 'TRUE';
  return {
    text: `DELETE FROM ${names.table(table)} WHERE ${condition}`,
    parameters: where,
  };
}

/** As many statements as the limit on parameters makes necessary; none for no rows. */
export function* insertStatements(
  names: BigQueryNames,
  table: TableName,
  columns: readonly Column[],
  rows: Iterable<readonly Cell[]>,
): Generator<Statement> {
  const list = columns.map(({ name }) => quoteName(name)).join(', ');
  const most = Math.max(1, Math.floor(mostParameters / Math.max(1, columns.length)));
  for (const batch of batches(rows, most)) {
    const parameters: Parameters = {};
    const values = batch.map((row, rowAt) => {
      const cells = columns.map(({ type }, at) => {
        const name = `v${rowAt}_${at}`;
        parameters[name] = { type, value: row[at] ?? null };
        return `@${name}`;
      });
      return `(${cells.join(', ')})`;
    });
    yield {
      text: `INSERT INTO ${names.table(table)} (${list}) VALUES ${values.join(', ')}`,
      parameters,
    };
  }
}
