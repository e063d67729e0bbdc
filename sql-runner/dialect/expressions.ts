import { quoteName, quoteText } from '@triad/shared/warehouse/duckdb-quote.ts';
import { storedType } from '@triad/shared/warehouse/duckdb-types.ts';
import type { Parameters } from '@triad/shared/warehouse/warehouse.ts';
import { castRules } from './casts.ts';
import { callRules } from './functions.ts';
import { literal } from './literals.ts';
import type { Rule, Rules } from './printer.ts';
import { isRecord, toNode } from './syntax.ts';
import { unsupported } from './unsupported.ts';
import { windowFunction } from './windows.ts';

/** An operator whose operands decide which arithmetic is done: a macro with one form per type. */
const arithmetic =
  (macro: string): Rule =>
  (fields, print) =>
    `${macro}(${print.expression(fields.node('left'))}, ${print.expression(fields.node('right'))})`;

/** An operator that means the same in both dialects. */
const infix =
  (operator: string): Rule =>
  (fields, print) =>
    `(${print.expression(fields.node('left'))} ${operator} ${print.expression(fields.node('right'))})`;

const comparison =
  (operator: string): Rule =>
  (fields, print) =>
    `(${print.plain(fields.node('left'))} ${operator} ${print.plain(fields.node('right'))})`;

const is =
  (what: string): Rule =>
  (fields, print) =>
    `(${print.expression(fields.node('this'))} IS ${fields.flag('not') ? 'NOT ' : ''}${what})`;

const column: Rule = (fields, print) => {
  const identifier = fields.raw('name');
  const name = fields.identifier('name') ?? '';
  const table = fields.identifier('table');
  if (name.startsWith('@') && isRecord(identifier) && identifier.quoted !== true) {
    return parameter(name.slice(1), print.parameters, identifier);
  }
  return table === undefined ? quoteName(name) : `${quoteName(table)}.${quoteName(name)}`;
};

function parameter(name: string, known: Parameters, where: unknown): string {
  const type = known[name]?.type;
  if (type === undefined) unsupported(`the parameter @${name}, which has no value here`, where);
  return `CAST($${name} AS ${storedType(type)})`;
}

const star: Rule = (fields) => {
  const table = fields.identifier('table');
  const except = fields
    .list('except')
    .map((name) => (isRecord(name) ? quoteName(String(name.name)) : ''));
  const all = table === undefined ? '*' : `${quoteName(table)}.*`;
  return except.length > 0 ? `${all} EXCLUDE (${except.join(', ')})` : all;
};

const like: Rule = (fields, print) => {
  const pattern = fields.node('right');
  const { literal_type, value } = pattern.value as { literal_type?: string; value?: string };
  if (literal_type !== 'string' || value === undefined || value.includes('\\')) {
    unsupported('LIKE with a pattern that is computed or has escapes', pattern.value);
  }
  return `(${print.expression(fields.node('left'))} LIKE ${quoteText(value)})`;
};

const isIn: Rule = (fields, print) => {
  const query = fields.optionalNode('query');
  const values = fields.nodes('expressions').map((value) => print.plain(value));
  const operator = fields.flag('not') ? 'NOT IN' : 'IN';
  const set = query ? print.query(query) : values.join(', ');
  return `(${print.plain(fields.node('this'))} ${operator} (${set}))`;
};

const between: Rule = (fields, print) => {
  const operator = fields.flag('not') ? 'NOT BETWEEN' : 'BETWEEN';
  const [value, low, high] = ['this', 'low', 'high'].map((name) => print.plain(fields.node(name)));
  return `(${value} ${operator} ${low} AND ${high})`;
};

const caseWhen: Rule = (fields, print) => {
  const operand = fields.optionalNode('operand');
  const whens = fields.list('whens').map((pair) => {
    const [when, result] = Array.isArray(pair) ? pair.map(toNode) : [];
    if (!when || !result) return unsupported('CASE', pair);
    return `WHEN ${print.expression(when)} THEN ${print.expression(result)}`;
  });
  const otherwise = fields.optionalNode('else_');
  const parts = [
    operand ? `CASE ${print.expression(operand)}` : 'CASE',
    ...whens,
    ...(otherwise ? [`ELSE ${print.expression(otherwise)}`] : []),
  ];
  return `(${parts.join(' ')} END)`;
};

export const expressionRules: Rules = {
  ...callRules,
  ...castRules,
  add: infix('+'),
  alias: (fields, print) => {
    const name = fields.identifier('alias') ?? '';
    return `${print.plain(fields.node('this'))} AS ${quoteName(name)}`;
  },
  and: infix('AND'),
  annotated: (fields, print) => print.plain(fields.node('this')),
  between,
  boolean: (fields) => (fields.flag('value') ? 'TRUE' : 'FALSE'),
  case: caseWhen,
  column,
  concat: infix('||'),
  div: arithmetic('googlesql_divide'),
  eq: comparison('='),
  exists: (fields, print) => {
    const not = fields.flag('not') ? 'NOT ' : '';
    return `(${not}EXISTS (${print.query(fields.node('this'))}))`;
  },
  gt: comparison('>'),
  gte: comparison('>='),
  in: isIn,
  is_false: is('FALSE'),
  is_null: is('NULL'),
  is_true: is('TRUE'),
  like,
  literal,
  lt: comparison('<'),
  lte: comparison('<='),
  mul: arithmetic('googlesql_multiply'),
  neg: (fields, print) => `(-${print.plain(fields.node('this'))})`,
  neq: comparison('<>'),
  not: (fields, print) => `(NOT ${print.expression(fields.node('this'))})`,
  null: () => 'NULL',
  null_safe_eq: comparison('IS NOT DISTINCT FROM'),
  null_safe_neq: comparison('IS DISTINCT FROM'),
  or: infix('OR'),
  paren: (fields, print) => print.plain(fields.node('this')),
  star,
  sub: arithmetic('googlesql_subtract'),
  subquery: (fields, print) => `(${print.query(fields.node('this'))})`,
  window_function: windowFunction,
};
