import type { Parameters } from '@triad/shared/warehouse/warehouse.ts';
import { expressionRules } from './expressions.ts';
import { type Fields, read } from './fields.ts';
import { queryRules } from './queries.ts';
import type { SyntaxNode } from './syntax.ts';
import { unsupported } from './unsupported.ts';

/** Prints one kind of node as DuckDB SQL, reading all its fields. */
export type Rule = (fields: Fields, printer: Printer) => string;
export type Rules = Readonly<Record<string, Rule>>;

/** Prints syntax trees of GoogleSQL as DuckDB SQL. */
export class Printer {
  /** The types of the parameters that the text may name. */
  readonly parameters: Parameters;

  constructor(parameters: Parameters) {
    this.parameters = parameters;
  }

  /** A whole query, without parentheses around it. */
  query(node: SyntaxNode): string {
    return this.#print(queryRules, node);
  }

  /** An operand or argument, safe in any place. */
  expression(node: SyntaxNode): string {
    if (isFloatLiteral(node)) {
      unsupported(
        'a decimal literal as operand or argument, whose type GoogleSQL takes from its neighbours',
        node.value,
        "Write NUMERIC '1.5' or CAST(1.5 AS FLOAT64) to say which type is meant.",
      );
    }
    return this.#print(expressionRules, node);
  }

  /** An expression in a place where a decimal literal is a FLOAT64 and nothing else. */
  plain(node: SyntaxNode): string {
    return this.#print(expressionRules, node);
  }

  list(nodes: readonly SyntaxNode[]): string {
    return nodes.map((node) => this.expression(node)).join(', ');
  }

  #print(rules: Rules, node: SyntaxNode): string {
    const rule = rules[node.type];
    if (!rule) unsupported(describe(node), node.value);
    return read(describe(node), node.value, (fields) => rule(fields, this));
  }
}

const describe = (node: SyntaxNode) => node.type.toUpperCase().replaceAll('_', ' ');

function isFloatLiteral(node: SyntaxNode): boolean {
  const value = node.value as { literal_type?: string; value?: string; this?: unknown };
  if (node.type === 'neg' || node.type === 'paren') {
    const [entry] = Object.entries(value.this as object);
    return entry !== undefined && isFloatLiteral({ type: entry[0], value: entry[1] });
  }
  return (
    node.type === 'literal' && value.literal_type === 'number' && !/^\d+$/.test(value.value ?? '')
  );
}
