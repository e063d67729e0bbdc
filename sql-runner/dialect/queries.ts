import { quoteName } from '@triad/shared/warehouse/duckdb-quote.ts';
import { type Fields, read } from './fields.ts';
import { integerOf } from './literals.ts';
import type { Printer, Rule, Rules } from './printer.ts';
import { isRecord, type SyntaxNode, toNode } from './syntax.ts';
import { unsupported } from './unsupported.ts';

const select: Rule = (fields, print) => {
  const parts = [
    withClause(fields, print),
    fields.flag('distinct') ? 'SELECT DISTINCT' : 'SELECT',
    selectList(fields.nodes('expressions'), print),
    fromClause(fields, print),
    clause('WHERE', fields, 'where_clause', print),
    grouping(fields, print),
    clause('HAVING', fields, 'having', print),
    clause('QUALIFY', fields, 'qualify', print),
    orderClause(fields, print),
    clause('LIMIT', fields, 'limit', print),
    clause('OFFSET', fields, 'offset', print),
  ];
  return parts.filter((part) => part !== '').join(' ');
};

const setOperation =
  (name: string): Rule =>
  (fields, print) => {
    const [all, distinct] = [fields.flag('all'), fields.flag('distinct')];
    if (all === distinct || (all && name !== 'UNION'))
      unsupported(`this form of ${name}`, fields.value);
    const parts = [
      withClause(fields, print),
      `(${print.query(fields.node('left'))})`,
      all ? `${name} ALL` : name,
      `(${print.query(fields.node('right'))})`,
      orderClause(fields, print),
      optional('LIMIT', fields.optionalNode('limit'), print),
      optional('OFFSET', fields.optionalNode('offset'), print),
    ];
    return parts.filter((part) => part !== '').join(' ');
  };

export const queryRules: Rules = {
  select,
  union: setOperation('UNION'),
  except: setOperation('EXCEPT'),
  intersect: setOperation('INTERSECT'),
  subquery: (fields, print) => print.query(fields.node('this')),
  paren: (fields, print) => print.query(fields.node('this')),
};

function withClause(fields: Fields, print: Printer): string {
  const value = fields.raw('with');
  if (!isRecord(value)) return '';
  return read('WITH', value, (clause) => {
    const tables = clause.list('ctes').map((cte) =>
      read('WITH', cte, (table) => {
        return `${quoteName(nameOf(table.raw('alias')))} AS (${print.query(table.node('this'))})`;
      }),
    );
    return `WITH ${tables.join(', ')}`;
  });
}

/** Names the columns that have none as BigQuery does: f0_, f1_ and so on. */
function selectList(items: readonly SyntaxNode[], print: Printer): string {
  let anonymous = 0;
  const printed = items.map((item) => {
    const text = print.plain(item);
    const named = ['alias', 'column', 'star'].includes(innermost(item).type);
    return named ? text : `${text} AS f${anonymous++}_`;
  });
  return printed.join(', ');
}

/** Without the wrapper that holds a comment. */
function innermost(node: SyntaxNode): SyntaxNode {
  return node.type === 'annotated' && isRecord(node.value)
    ? innermost(toNode(node.value.this))
    : node;
}

function fromClause(fields: Fields, print: Printer): string {
  const value = fields.raw('from');
  const joins = fields.list('joins').map((join) => joinClause(join, print));
  if (!isRecord(value)) return '';
  const tables = read('FROM', value, (from) => from.nodes('expressions'));
  return [`FROM ${tables.map((t) => tableSource(t, print)).join(', ')}`, ...joins].join(' ');
}

const joinWords: Record<string, string> = {
  Inner: 'JOIN',
  Left: 'LEFT JOIN',
  Right: 'RIGHT JOIN',
  Full: 'FULL JOIN',
  Cross: 'CROSS JOIN',
  Implicit: 'CROSS JOIN',
};

function joinClause(value: unknown, print: Printer): string {
  return read('JOIN', value, (join) => {
    const kind = join.text('kind');
    const words = joinWords[kind] ?? unsupported(`${kind} JOIN`, value);
    const table = tableSource(join.node('this'), print);
    const on = optional('ON', join.optionalNode('on'), print);
    const columns = join.list('using').map((column) => quoteName(nameOf(column)));
    const using = columns.length > 0 ? `USING (${columns.join(', ')})` : '';
    return [words, table, on, using].filter((part) => part !== '').join(' ');
  });
}

function tableSource(node: SyntaxNode, print: Printer): string {
  if (node.type === 'table') return read('a table', node.value, tableName);
  if (node.type !== 'subquery') {
    unsupported(`${node.type.toUpperCase()} in FROM`, node.value);
  }
  return read('a subquery', node.value, (fields) => {
    const alias = fields.identifier('alias');
    const query = `(${print.query(fields.node('this'))})`;
    return alias === undefined ? query : `${query} AS ${quoteName(alias)}`;
  });
}

/** `table`, `dataset.table`, or either of them within one pair of backticks. */
function tableName(fields: Fields): string {
  const parts = ['catalog', 'schema', 'name'].flatMap((part) => {
    const name = fields.identifier(part);
    return name === undefined ? [] : name.split('.');
  });
  if (parts.length > 2 || !parts.every((part) => /^[A-Za-z_]\w*$/.test(part))) {
    unsupported(`the table name ${parts.join('.')}`, fields.value, 'Write dataset.table or table.');
  }
  const table = parts.map(quoteName).join('.');
  const alias = fields.identifier('alias');
  return alias === undefined ? table : `${table} AS ${quoteName(alias)}`;
}

function grouping(fields: Fields, print: Printer): string {
  const value = fields.raw('group_by');
  if (!isRecord(value)) return '';
  return read('GROUP BY', value, (group) => {
    const keys = group.nodes('expressions').map((node) => key(node, print));
    return `GROUP BY ${keys.join(', ')}`;
  });
}

function orderClause(fields: Fields, print: Printer): string {
  const value = fields.raw('order_by');
  if (!isRecord(value)) return '';
  return read('ORDER BY', value, (order) => orderBy(order.list('expressions'), print));
}

/** GoogleSQL sorts NULL as the smallest value; DuckDB sorts it last unless told otherwise. */
export function orderBy(items: readonly unknown[], print: Printer): string {
  if (items.length === 0) return '';
  const keys = items.map((value) =>
    read('ORDER BY', value, (item) => {
      const descending = item.flag('desc');
      const nullsFirst = item.raw('nulls_first') ?? !descending;
      const direction = descending ? 'DESC' : 'ASC';
      const nulls = nullsFirst ? 'NULLS FIRST' : 'NULLS LAST';
      return `${key(item.node('this'), print)} ${direction} ${nulls}`;
    }),
  );
  return `ORDER BY ${keys.join(', ')}`;
}

/** A whole number is the position of a column in the result. */
const key = (node: SyntaxNode, print: Printer): string =>
  String(integerOf(node) ?? print.expression(node));

function clause(words: string, fields: Fields, name: string, print: Printer): string {
  const value = fields.raw(name);
  if (!isRecord(value)) return '';
  return read(words, value, (inner) => `${words} ${print.expression(inner.node('this'))}`);
}

const optional = (words: string, node: SyntaxNode | undefined, print: Printer): string =>
  node ? `${words} ${print.expression(node)}` : '';

function nameOf(identifier: unknown): string {
  return read('a name', { identifier }, (fields) => fields.identifier('identifier') ?? '');
}
