import {
  BIGINT,
  BOOLEAN,
  DATE,
  DECIMAL,
  DOUBLE,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBTimestampValue,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBValue,
  TIMESTAMP,
  VARCHAR,
} from '@duckdb/node-api';
import type { Cell, Column, ColumnType } from './warehouse.ts';

/** GoogleSQL's NUMERIC: 29 digits before the point and 9 after it. */
const numeric = DECIMAL(38, 9);

/** The one DuckDB type that stands for each GoogleSQL type in tables. */
const stored: Record<Exclude<ColumnType, 'OTHER'>, DuckDBType> = {
  BOOL: BOOLEAN,
  DATE,
  DATETIME: TIMESTAMP,
  FLOAT64: DOUBLE,
  INT64: BIGINT,
  NUMERIC: numeric,
  STRING: VARCHAR,
};

export function storedType(type: ColumnType): DuckDBType {
  if (type === 'OTHER') throw new TypeError('a column of type OTHER cannot be stored');
  return stored[type];
}

const byTypeId: Partial<Record<DuckDBTypeId, ColumnType>> = {
  [DuckDBTypeId.BOOLEAN]: 'BOOL',
  [DuckDBTypeId.TINYINT]: 'INT64',
  [DuckDBTypeId.SMALLINT]: 'INT64',
  [DuckDBTypeId.INTEGER]: 'INT64',
  [DuckDBTypeId.BIGINT]: 'INT64',
  [DuckDBTypeId.HUGEINT]: 'INT64',
  [DuckDBTypeId.UTINYINT]: 'INT64',
  [DuckDBTypeId.USMALLINT]: 'INT64',
  [DuckDBTypeId.UINTEGER]: 'INT64',
  [DuckDBTypeId.UBIGINT]: 'INT64',
  [DuckDBTypeId.FLOAT]: 'FLOAT64',
  [DuckDBTypeId.DOUBLE]: 'FLOAT64',
  [DuckDBTypeId.VARCHAR]: 'STRING',
  [DuckDBTypeId.DATE]: 'DATE',
  [DuckDBTypeId.TIMESTAMP]: 'DATETIME',
  [DuckDBTypeId.TIMESTAMP_S]: 'DATETIME',
  [DuckDBTypeId.TIMESTAMP_MS]: 'DATETIME',
  [DuckDBTypeId.TIMESTAMP_NS]: 'DATETIME',
  [DuckDBTypeId.TIMESTAMP_TZ]: 'DATETIME',
  /** The type of a bare NULL, which GoogleSQL takes for an INT64. */
  [DuckDBTypeId.SQLNULL]: 'INT64',
};

export function columnType(type: DuckDBType): ColumnType {
  if (type.typeId === DuckDBTypeId.DECIMAL) return type.scale <= 9 ? 'NUMERIC' : 'OTHER';
  return byTypeId[type.typeId] ?? 'OTHER';
}

/** The type that a column must be cast to before it is stored; `undefined` when it fits. */
export function castForStorage(column: Column, type: DuckDBType): DuckDBType | undefined {
  if (column.type === 'OTHER') return undefined;
  const target = storedType(column.type);
  return String(target) === String(type) ? undefined : target;
}

export function toCell(value: DuckDBValue): Cell {
  if (value instanceof DuckDBDecimalValue) return shortestDecimal(value);
  if (value === null || ['string', 'number', 'bigint', 'boolean'].includes(typeof value)) {
    return value as Cell;
  }
  return String(value);
}

function shortestDecimal(decimal: DuckDBDecimalValue): string {
  const text = decimal.toString();
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** Turns a cell into the value DuckDB binds or appends for a column of `type`. */
export function fromCell(cell: Cell, type: ColumnType): DuckDBValue {
  if (cell === null) return null;
  if (type === 'DATE') return new DuckDBDateValue(Date.parse(`${cell}T00:00:00Z`) / 86_400_000);
  if (type === 'DATETIME') return new DuckDBTimestampValue(microseconds(String(cell)));
  if (type === 'INT64') return BigInt(cell);
  if (type === 'NUMERIC') return new DuckDBDecimalValue(scaledByNine(String(cell)), 38, 9);
  return cell;
}

/** JavaScript's dates hold milliseconds, and a fraction up to six digits. */
function microseconds(text: string): bigint {
  const [whole = '', fraction = ''] = text.split('.');
  const wholeMs = BigInt(Date.parse(`${whole.replace(' ', 'T')}Z`));
  return wholeMs * 1000n + BigInt(fraction.padEnd(6, '0').slice(0, 6));
}

/** `1.5` → 1500000000n. Throws a RangeError for what is no decimal of at most 9 places. */
function scaledByNine(text: string): bigint {
  const [, sign, whole, fraction = ''] = /^([+-]?)(\d+)(?:\.(\d{0,9}))?$/.exec(text) ?? [];
  if (whole === undefined) throw new RangeError(`${text} is no NUMERIC`);
  const digits = BigInt(whole + fraction.padEnd(9, '0'));
  return sign === '-' ? -digits : digits;
}
