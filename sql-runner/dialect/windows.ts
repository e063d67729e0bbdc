import { type Fields, read } from './fields.ts';
import type { Printer, Rule, Rules } from './printer.ts';
import { orderBy } from './queries.ts';
import { isRecord, type SyntaxNode, toNode } from './syntax.ts';
import { unsupported } from './unsupported.ts';

const noArguments =
  (name: string): Rule =>
  () =>
    `${name}()`;

const ofValue =
  (name: string): Rule =>
  (fields, print) =>
    `${name}(${print.expression(fields.node('this'))})`;

/** LAG and LEAD: value, distance (1), what to give beyond the ends (NULL). */
const neighbour =
  (name: string): Rule =>
  (fields, print) => {
    const nodes = [
      fields.node('this'),
      fields.optionalNode('offset'),
      fields.optionalNode('default'),
    ];
    return `${name}(${print.list(nodes.filter((node) => node !== undefined))})`;
  };

const count: Rule = (fields, print) =>
  fields.flag('star') ? 'count(*)' : `count(${print.expression(fields.node('this'))})`;

/** Macros cannot be windowed, so these are DuckDB's own functions where they mean the same. */
export const windowRules: Rules = {
  count,
  count_if: (fields, print) => `count(*) FILTER (WHERE ${print.expression(fields.node('this'))})`,
  cume_dist: noArguments('cume_dist'),
  dense_rank: noArguments('dense_rank'),
  first_value: ofValue('first_value'),
  lag: neighbour('lag'),
  last_value: ofValue('last_value'),
  lead: neighbour('lead'),
  max: ofValue('max'),
  min: ofValue('min'),
  n_tile: (fields, print) => `ntile(${print.expression(fields.node('num_buckets'))})`,
  percent_rank: noArguments('percent_rank'),
  rank: noArguments('rank'),
  row_number: noArguments('row_number'),
  sum: ofValue('sum'),
};

export const windowFunction: Rule = (fields, print) => {
  const node = fields.node('this');
  const rule = windowRules[node.type];
  if (!rule) unsupported(`${functionName(node)} OVER`, node.value);
  const call = read(`${functionName(node)} OVER`, node.value, (inner) => rule(inner, print));
  const over = `OVER (${read('OVER', fields.raw('over'), (window) => spec(window, print))})`;
  if (node.type !== 'sum') return `${call} ${over}`;
  // As in the macro for SUM: INT64 stays INT64, where DuckDB would give a HUGEINT.
  return `cast_to_type(${call} ${over}, min${call.slice('sum'.length)} ${over})`;
};

const functionName = ({ type, value }: SyntaxNode) =>
  isRecord(value) && typeof value.name === 'string' ? value.name : type.toUpperCase();

function spec(over: Fields, print: Printer): string {
  const partition = over.nodes('partition_by');
  const parts = [
    partition.length > 0 ? `PARTITION BY ${print.list(partition)}` : '',
    orderBy(over.list('order_by'), print),
    frame(over.raw('frame'), print),
  ];
  return parts.filter((part) => part !== '').join(' ');
}

const bounds: Record<string, string> = {
  CurrentRow: 'CURRENT ROW',
  UnboundedFollowing: 'UNBOUNDED FOLLOWING',
  UnboundedPreceding: 'UNBOUNDED PRECEDING',
};

function frame(value: unknown, print: Printer): string {
  if (!isRecord(value)) return '';
  return read('a window frame', value, (fields) => {
    const kind = fields.text('kind').toUpperCase();
    if (kind !== 'ROWS' && kind !== 'RANGE') unsupported(`a ${kind} frame`, value);
    const start = bound(fields.raw('start'), print);
    const end = fields.raw('end');
    return end === null || end === undefined
      ? `${kind} ${start}`
      : `${kind} BETWEEN ${start} AND ${bound(end, print)}`;
  });
}

function bound(value: unknown, print: Printer): string {
  if (typeof value === 'string') return bounds[value] ?? unsupported(`the bound ${value}`, value);
  const [entry] = isRecord(value) ? Object.entries(value) : [];
  const [side, distance] = entry ?? unsupported('this window frame', value);
  return `${print.expression(toNode(distance))} ${sideWord(side)}`;
}

const sideWord = (side: string) => (side === 'Preceding' ? 'PRECEDING' : 'FOLLOWING');
