import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { Column, TableName, Warehouse } from '@triad/shared/warehouse/warehouse.ts';
import { name, tableText } from '../run/statements.ts';
import { type FileRows, rejectRows } from './reject-rows.ts';

/** Types of a Parquet column that have no one form as text. */
const noText = new Set(['FLOAT64', 'DATETIME']);

/**
 * Makes the view `typed`: the rows of the file with the types that the source declares. A value
 * that is not of its type is `SOURCE_ROWS_INVALID`, before any filter can hide its row.
 */
export async function typeColumns(
  warehouse: Warehouse,
  file: FileRows,
  typed: TableName,
): Promise<void> {
  const { source, table } = file;
  const found = new Map(((await warehouse.columns(table)) ?? []).map((c) => [c.name, c.type]));
  const declared: Column[] = Object.entries(source.columns).map(([column, type]) => ({
    name: column,
    type,
  }));
  const converted = declared.filter((column) => found.get(column.name) !== column.type);
  for (const column of converted) checkConvertible(file, column, found.get(column.name));

  await rejectRows(
    warehouse,
    file,
    table,
    converted.map((column) => ({
      problem: `a value of ${column.name} that is no ${column.type}`,
      condition: `${name(column.name)} IS NOT NULL AND ${cast(column)} IS NULL`,
    })),
  );
  const list = declared.map((column) =>
    converted.includes(column) ? `${cast(column)} AS ${name(column.name)}` : name(column.name),
  );
  await warehouse.createView(typed, {
    text: `SELECT _line, ${list.join(', ')} FROM ${tableText(table)}`,
    origin: `the columns of source ${source.name}`,
  });
}

const cast = (column: Column) => `SAFE_CAST(${name(column.name)} AS ${column.type})`;

function checkConvertible({ path }: FileRows, column: Column, found = 'STRING'): void {
  if (column.type !== 'STRING' || !noText.has(found)) return;
  const reason = `the column ${column.name} has the type ${found}, where ${column.type} is expected; write it as text, or ids as whole numbers`;
  throw new TriadError('FILE_INVALID', { path, format: 'this source', reason });
}
