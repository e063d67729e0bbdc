import type { Cell, Column, ColumnType, Parameters } from './warehouse.ts';

/** A column as the REST API describes it. */
export interface Field {
  name: string;
  type: string;
  mode?: string;
}

/** A parameter as the REST API takes it. */
export interface QueryParameter {
  name: string;
  parameterType: { type: string };
  parameterValue: { value: string | null };
}

/** The REST API's names of types; results have the older ones. */
const types: Record<string, ColumnType> = {
  BOOL: 'BOOL',
  BOOLEAN: 'BOOL',
  DATE: 'DATE',
  DATETIME: 'DATETIME',
  FLOAT: 'FLOAT64',
  FLOAT64: 'FLOAT64',
  INT64: 'INT64',
  INTEGER: 'INT64',
  NUMERIC: 'NUMERIC',
  STRING: 'STRING',
};

export const columnOf = ({ name, type, mode }: Field): Column => ({
  name,
  type: mode === 'REPEATED' ? 'OTHER' : (types[type] ?? 'OTHER'),
});

/** The type of a column to be made; what no other column can hold is kept as JSON. */
export const tableType = (type: ColumnType): string => (type === 'OTHER' ? 'JSON' : type);

/** A value of a result, which the REST API gives as text, or as JSON where it is nested. */
export function toCell(value: unknown, type: ColumnType): Cell {
  if (value === null || value === undefined) return null;
  if (typeof value === 'object') return JSON.stringify(value);
  const text = String(value);
  switch (type) {
    case 'BOOL':
      return text === 'true';
    case 'INT64':
      return BigInt(text);
    case 'FLOAT64':
      return float(text);
    case 'NUMERIC':
      return shortest(text);
    case 'DATETIME':
      return shortest(text.replace('T', ' '));
    default:
      return text;
  }
}

/** Without the zeros at the end of a fraction. */
const shortest = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

function float(text: string): number {
  const [, sign, isInfinite] = /^([+-]?)(inf(?:inity)?)$/i.exec(text) ?? [];
  if (isInfinite) return sign === '-' ? -Infinity : Infinity;
  return Number(text);
}

/** A value as text that BigQuery reads as `type`. */
export function toText(cell: Cell, type: ColumnType): string | null {
  if (cell === null) return null;
  if (type === 'FLOAT64' && typeof cell === 'number' && Object.is(cell, -0)) return '-0.0';
  return String(cell);
}

/** Parameters as the literals that can stand for them in a statement. */
export const toLiterals = (parameters: Parameters): Map<string, string> =>
  new Map(
    Object.entries(parameters).map(([name, { type, value }]) => {
      const text = toText(value, type);
      // A string of JSON is one of GoogleSQL, too.
      return [name, `CAST(${text === null ? 'NULL' : JSON.stringify(text)} AS ${tableType(type)})`];
    }),
  );

export const toParameters = (parameters: Parameters = {}): QueryParameter[] =>
  Object.entries(parameters).map(([name, { type, value }]) => ({
    name,
    parameterType: { type: tableType(type) },
    parameterValue: { value: toText(value, type) },
  }));
