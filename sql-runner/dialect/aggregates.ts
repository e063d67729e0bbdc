import type { Rule, Rules } from './printer.ts';

/** An aggregate with one form per type, as a macro. */
const macro =
  (name: string): Rule =>
  (fields, print) =>
    `googlesql_${name}(${print.expression(fields.node('this'))})`;

/** An aggregate that means the same in both dialects. */
const same =
  (name: string): Rule =>
  (fields, print) =>
    `${name}(${print.expression(fields.node('this'))})`;

const count: Rule = (fields, print) => {
  if (fields.flag('star')) return 'count(*)';
  const distinct = fields.flag('distinct') ? 'DISTINCT ' : '';
  return `count(${distinct}${print.expression(fields.node('this'))})`;
};

/** The verified aggregates, by the parser's kind of node. */
export const aggregateRules: Rules = {
  avg: macro('avg'),
  count,
  count_if: (fields, print) => `count(*) FILTER (WHERE ${print.expression(fields.node('this'))})`,
  logical_and: same('bool_and'),
  logical_or: same('bool_or'),
  max: same('max'),
  min: same('min'),
  sum: macro('sum'),
};
