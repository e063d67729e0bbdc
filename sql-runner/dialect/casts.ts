import type { Rule, Rules } from './printer.ts';
import { isRecord } from './syntax.ts';
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
  (fields, print) =>
    `${prefix}_${target(fields.raw('to'))}(${print.plain(fields.node('this'))})`;

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
