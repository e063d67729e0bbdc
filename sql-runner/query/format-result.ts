import type { Cell, Column, ColumnType, QueryResult } from '@triad/shared/warehouse/warehouse.ts';

declare global {
  interface JSON {
    /** ECMAScript's JSON.parse source text access: text that goes into JSON as it is. */
    rawJSON(text: string): unknown;
  }
}

/** `json`: rows as objects. `csv`: RFC 4180 with a header line. `table-json`: columns and rows. */
export const resultFormats = ['json', 'csv', 'table-json'] as const;
export type ResultFormat = (typeof resultFormats)[number];

const printers: Record<ResultFormat, (result: QueryResult) => string> = {
  json: ({ columns, rows }) =>
    JSON.stringify(
      rows.map((row) => Object.fromEntries(columns.map((c, at) => [c.name, inJson(row[at], c)]))),
    ),
  csv: ({ columns, rows }) =>
    [columns.map(({ name }) => name), ...rows].map((row) => row.map(inCsv).join(',')).join('\r\n'),
  'table-json': ({ columns, rows }) =>
    JSON.stringify({
      columns,
      rows: rows.map((row) => columns.map((column, at) => inJson(row[at], column))),
    }),
};

/** A query's result as text, without a line end after it. */
export const formatResult = (result: QueryResult, format: ResultFormat): string =>
  printers[format](result);

const exactNumbers = new Set<ColumnType>(['INT64', 'NUMERIC']);

/**
 * INT64 and NUMERIC become JSON numbers with all their digits, more than a double holds. What is
 * no JSON number, NaN and the infinities, becomes a string, as in BigQuery's API.
 */
function inJson(cell: Cell | undefined, { type }: Column): unknown {
  if (cell === null || cell === undefined) return null;
  if (exactNumbers.has(type)) return JSON.rawJSON(String(cell));
  return typeof cell === 'number' && !Number.isFinite(cell) ? String(cell) : cell;
}

function inCsv(cell: Cell): string {
  if (cell === null) return '';
  const text = String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
