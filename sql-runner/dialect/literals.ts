import { quoteText } from '@triad/shared/warehouse/duckdb-quote.ts';
import type { Rule } from './printer.ts';
import { isRecord, type SyntaxNode } from './syntax.ts';
import { unsupported } from './unsupported.ts';

const largestInt64 = 9_223_372_036_854_775_807n;

export const literal: Rule = (fields) => {
  const kind = fields.text('literal_type');
  const value = fields.text('value');
  switch (kind) {
    case 'number':
      return number(value);
    case 'string':
      return text(value);
    case 'raw_string':
      return quoteText(value);
    case 'date':
      return date(value);
    default:
      return unsupported(`a literal of type ${kind.replaceAll('_', ' ')}`, fields.value);
  }
};

/** The value of a whole-number literal; `undefined` for any other node. */
export function integerOf({ type, value }: SyntaxNode): number | undefined {
  if (type !== 'literal' || !isRecord(value) || value.literal_type !== 'number') return undefined;
  const text = String(value.value);
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** With a point or an exponent it is a FLOAT64, which DuckDB would take for a DECIMAL. A whole
 * number is an INT64, which DuckDB would take for an INTEGER. */
function number(value: string): string {
  if (!/^\d+$/.test(value)) return `CAST('${value}' AS DOUBLE)`;
  if (BigInt(value) > largestInt64) unsupported(`${value}, which is no INT64`, undefined);
  return `CAST(${value} AS BIGINT)`;
}

/** The parser leaves the escapes that it does not know in place. */
function text(value: string): string {
  if (value.includes('\\')) {
    unsupported(`the escape in '${value}'`, undefined, "Write a raw string: r'…'.");
  }
  return quoteText(value);
}

function date(value: string): string {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) {
    unsupported(`DATE '${value}'`, undefined, "Write DATE 'YYYY-MM-DD'.");
  }
  return `CAST('${value}' AS DATE)`;
}
