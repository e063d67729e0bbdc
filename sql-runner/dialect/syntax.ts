import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { Sql } from '@triad/shared/warehouse/warehouse.ts';
import { parseGoogleSql } from './parser.ts';

/** One node of a syntax tree, such as `select` or `add`, with its fields. */
export interface SyntaxNode {
  type: string;
  value: unknown;
}

/** The statements of a GoogleSQL text; `SQL_INVALID` when it cannot be parsed. */
export function parseStatements({ text, origin }: Sql): SyntaxNode[] {
  const result = parseGoogleSql(text);
  if (result.success) return result.ast.map(toNode);
  throw new TriadError('SQL_INVALID', { action: origin, reason: result.error ?? 'does not parse' });
}

/** The parser gives each node as an object of one entry, `{ add: {…} }`. */
export function toNode(value: unknown): SyntaxNode {
  const entries = isRecord(value) ? Object.entries(value) : [];
  const [entry] = entries;
  if (!entry || entries.length !== 1) throw new TypeError('the parser gave no syntax node');
  return { type: entry[0], value: entry[1] };
}

/** The line of the text where a piece of syntax stands, from 1, where the parser tells. */
export function lineOf(value: unknown): number | undefined {
  if (!isRecord(value)) return undefined;
  const { span } = value;
  if (isRecord(span) && typeof span.line === 'number') return span.line;
  for (const child of Object.values(value)) {
    const line = lineOf(child);
    if (line !== undefined) return line;
  }
  return undefined;
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
