import { TriadError } from '../errors/triad-error.ts';
import { quoteName } from './bigquery-names.ts';
import { isBlank, keyword, type Token, tokensOf } from './bigquery-tokens.ts';

export interface Renaming {
  /** What a dataset is called in BigQuery. */
  dataset(dataset: string): string;
  /** The dataset of tables that the text names without one. */
  defaultDataset: string;
}

/** A pair of parentheses, or the whole text. */
interface Scope {
  /** Whether it is in the FROM clause of its query. */
  inFrom: boolean;
  /** Whether a table comes next. */
  expectsTable: boolean;
  /** `EXTRACT(DAY FROM x)` names no table. */
  isExtract: boolean;
}

const endOfFrom = new Set(
  'SELECT WITH WHERE GROUP HAVING ORDER LIMIT QUALIFY WINDOW UNION INTERSECT EXCEPT'.split(' '),
);

/**
 * The query with its tables under their names in BigQuery: `dataset.table` and `table` wherever a
 * FROM clause reads one. Names with a project stay as they are; so do the names of WITH clauses.
 * An array of a row is read as `UNNEST(row.array)`, because in `FROM t AS row, row.array` it could
 * not be told from a table. `SQL_READ_ONLY` unless the text is one SELECT.
 */
export function renamed(text: string, renaming: Renaming): string {
  const tokens = withoutEnd(tokensOf(text));
  checkOneSelect(tokens);
  const named = namesOfWith(tokens);
  const scopes: Scope[] = [{ inFrom: false, expectsTable: false, isExtract: false }];
  let result = '';
  let before: Token[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] as Token;
    const scope = scopes.at(-1) as Scope;
    const path = scope.expectsTable ? pathAt(tokens, at) : undefined;
    if (path) {
      scope.expectsTable = false;
      result += path.isCall ? textOf(tokens, at, path.end) : tableOf(path, tokens, at);
      at = path.end - 1;
      before = [tokens[at] as Token];
      continue;
    }
    result += token.text;
    if (isBlank(token)) continue;
    follow(token, before, scopes);
    before = [...before.slice(-1), token];
  }
  return result;

  function tableOf({ parts, end }: Path, all: Token[], from: number): string {
    const [first = '', second = ''] = parts;
    const isSchema = (name: string) => name.toUpperCase() === 'INFORMATION_SCHEMA';
    if (parts.length === 1 && !named.has(first.toUpperCase())) {
      return quoteName(`${renaming.dataset(renaming.defaultDataset)}.${first}`);
    }
    if ((parts.length === 2 && !isSchema(first)) || (parts.length === 3 && isSchema(second))) {
      return quoteName([renaming.dataset(first), ...parts.slice(1)].join('.'));
    }
    return textOf(all, from, end);
  }
}

/** The statement with a prefix before the name of each parameter. */
export const withParameterPrefix = (text: string, prefix: string): string =>
  tokensOf(text)
    .map(({ kind, text: own }) => (kind === 'parameter' ? `@${prefix}${own.slice(1)}` : own))
    .join('');

/** The statement with each named parameter replaced by what is given for it. */
export const withParameters = (text: string, given: ReadonlyMap<string, string>): string =>
  tokensOf(text)
    .map(({ kind, text: own }) => (kind === 'parameter' ? (given.get(own.slice(1)) ?? own) : own))
    .join('');

function follow(token: Token, before: Token[], scopes: Scope[]): void {
  const scope = scopes.at(-1) as Scope;
  const word = keyword(token);
  if (token.text === '(') {
    const isExtract = keyword(before.at(-1)) === 'EXTRACT';
    scopes.push({ inFrom: scope.expectsTable, expectsTable: scope.expectsTable, isExtract });
    scope.expectsTable = false;
  } else if (token.text === ')') {
    if (scopes.length > 1) scopes.pop();
  } else if (word === 'FROM' && !scope.isExtract && !isComparison(before)) {
    scope.inFrom = scope.expectsTable = true;
  } else if (scope.inFrom && (word === 'JOIN' || token.text === ',')) {
    scope.expectsTable = true;
  } else if (endOfFrom.has(word) && !(word === 'WITH' && !scope.expectsTable)) {
    scope.inFrom = scope.expectsTable = false;
  }
}

/** `a IS DISTINCT FROM b`, `a IS NOT DISTINCT FROM b` */
const isComparison = ([first, second]: Token[]): boolean =>
  keyword(second) === 'DISTINCT' && ['IS', 'NOT'].includes(keyword(first));

interface Path {
  parts: string[];
  /** The position after its last token. */
  end: number;
  /** Whether a parenthesis follows: `UNNEST(…)`. */
  isCall: boolean;
}

/** The name that begins at a position: words and quoted names with dots in between. */
function pathAt(tokens: Token[], start: number): Path | undefined {
  const parts: string[] = [];
  let at = start;
  for (;;) {
    const token = tokens[at];
    if (token?.kind === 'quoted') parts.push(...unquoted(token.text).split('.'));
    else if (token?.kind === 'word' && !endOfFrom.has(keyword(token))) parts.push(token.text);
    else break;
    at++;
    if (tokens[at]?.text === '-' && parts.length === 1) return dashedAt(tokens, at);
    if (tokens[at]?.text !== '.') break;
    at++;
  }
  if (parts.length === 0) return undefined;
  let next = at;
  while (tokens[next] && isBlank(tokens[next] as Token)) next++;
  return { parts, end: at, isCall: tokens[next]?.text === '(' };
}

/** The rest of a name that begins with a project: those alone have dashes. */
function dashedAt(tokens: Token[], start: number): Path {
  let at = start;
  while (tokens[at] && !isBlank(tokens[at] as Token) && !/^[(),;]$/.test(`${tokens[at]?.text}`))
    at++;
  return { parts: ['project', 'dataset', 'table'], end: at, isCall: false };
}

const unquoted = (text: string): string => text.slice(1, -1).replace(/\\([\s\S])/g, '$1');

const textOf = (tokens: Token[], start: number, end: number): string =>
  tokens
    .slice(start, end)
    .map(({ text }) => text)
    .join('');

/** Names that a WITH clause gives, in capitals: `name AS (` after WITH, RECURSIVE or a comma. */
function namesOfWith(tokens: Token[]): Set<string> {
  const found = new Set<string>();
  const all = tokens.filter((token) => !isBlank(token));
  all.forEach((token, at) => {
    const before = all[at - 1];
    const begins = ['WITH', 'RECURSIVE'].includes(keyword(before)) || before?.text === ',';
    const names = keyword(all[at + 1]) === 'AS' && all[at + 2]?.text === '(';
    if (!begins || !names) return;
    if (token.kind === 'word') found.add(token.text.toUpperCase());
    if (token.kind === 'quoted') found.add(unquoted(token.text).toUpperCase());
  });
  return found;
}

/** Without the semicolons, blanks and comments that it ends with. */
function withoutEnd(tokens: Token[]): Token[] {
  const last = tokens.findLastIndex((token) => !isBlank(token) && token.text !== ';');
  return tokens.slice(0, last + 1);
}

function checkOneSelect(tokens: Token[]): void {
  const all = tokens.filter((token) => !isBlank(token));
  const first = all.find(({ text }) => text !== '(');
  const isSelect = ['SELECT', 'WITH'].includes(keyword(first));
  if (isSelect && !all.some(({ kind, text }) => kind === 'symbol' && text === ';')) return;
  throw new TriadError('SQL_READ_ONLY');
}
