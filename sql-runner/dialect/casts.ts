import type { Rule, Rules } from './printer.ts';
import { isRecord, type SyntaxNode } from './syntax.ts';
import { unsupported } from './unsupported.ts';

/** The types a value can be cast to, by the parser's name, and the macros that do it. */
const targets: Record<string, string> = {
  boolean: 'bool',
  date: 'date',
  DATETIME: 'datetime',
  decimal: 'numeric',
  FLOAT64: 'float64',
  int: 'int64',
  INT64: 'int64',
  string: 'string',
};

const cast =
  (prefix: string): Rule =>
  (fields, print) => {
    const type = target(fields.raw('to'));
    const operand = fields.node('this');
    return numericLiteral(type, operand) ?? `${prefix}_${type}(${print.plain(operand)})`;
  };

/** NUMERIC '1.5' is a cast to the parser; that of a plain literal needs no check when it runs. */
function numericLiteral(type: string, { type: node, value }: SyntaxNode): string | undefined {
  if (type !== 'numeric' || node !== 'literal' || !isRecord(value)) return undefined;
  const text = String(value.value);
  const isPlain = value.literal_type === 'string' && /^-?\d{1,29}(\.\d{1,9})?$/.test(text);
  return isPlain ? `CAST('${text}' AS DECIMAL(38, 9))` : undefined;
}

function target(type: unknown): string {
  const { data_type, name, precision, length } = isRecord(type) ? type : {};
  const known = targets[data_type === 'custom' ? String(name).toUpperCase() : String(data_type)];
  if (known === undefined || (precision ?? length ?? null) !== null) {
    unsupported(`a cast to ${String(name ?? data_type)}`, type);
  }
  return known;
}

export const castRules: Rules = {
  cast: cast('googlesql_cast'),
  safe_cast: cast('googlesql_safe_cast'),
};
