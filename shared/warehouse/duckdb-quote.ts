import { TriadError } from '../errors/triad-error.ts';
import type { TableName } from './warehouse.ts';

/** A name as DuckDB reads it back unchanged. */
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A string literal, for the places where DuckDB takes no parameter. */
export const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A qualified table name; `INPUT_INVALID` unless both parts are plain SQL names. */
export function quoteTable({ dataset, table }: TableName): string {
  return `${quoteDataset(dataset)}.${quotePlain('table', table)}`;
}

export const quoteDataset = (dataset: string): string => quotePlain('dataset', dataset);

function quotePlain(field: string, name: string): string {
  if (/^[A-Za-z_]\w*$/.test(name)) return quoteName(name);
  const expected = `${JSON.stringify(name)} is no name of letters, digits and _`;
  throw new TriadError('INPUT_INVALID', { where: 'warehouse', field, expected });
}
