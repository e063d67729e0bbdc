import { isRecord, type SyntaxNode, toNode } from './syntax.ts';
import { unsupported } from './unsupported.ts';

/** How something was written, which changes nothing about what it means. */
const spelling =
  /comments$|^span$|_explicit_as$|^alias_keyword$|^alias_first$|_text$|_keyword$|^explicit_asc$|_spelling$|^(original_)?name$/;

/**
 * The fields of one piece of syntax. Each is read by name; `finish` then refuses whatever was left
 * unread and is not empty, so that no part of a query can be lost in translation.
 */
export class Fields {
  readonly what: string;
  /** The piece of syntax itself, to say where it stands. */
  readonly value: unknown;
  readonly #values: Record<string, unknown>;
  readonly #unread: Set<string>;

  constructor(what: string, value: unknown) {
    this.what = what;
    this.value = value;
    this.#values = isRecord(value) ? value : {};
    this.#unread = new Set(Object.keys(this.#values));
  }

  node(name: string): SyntaxNode {
    const node = this.optionalNode(name);
    return node ?? unsupported(`${this.what} without ${name}`, this.value);
  }

  optionalNode(name: string): SyntaxNode | undefined {
    const value = this.raw(name);
    return isEmpty(value) ? undefined : toNode(value);
  }

  nodes(name: string): SyntaxNode[] {
    return this.list(name).map(toNode);
  }

  list(name: string): unknown[] {
    const value = this.raw(name);
    return Array.isArray(value) ? value : [];
  }

  flag(name: string): boolean {
    return this.raw(name) === true;
  }

  text(name: string): string {
    const value = this.raw(name);
    return typeof value === 'string' ? value : unsupported(`${this.what} ${name}`, this.value);
  }

  /** The name in an identifier field; `undefined` where there is none. */
  identifier(name: string): string | undefined {
    const value = this.raw(name);
    return isRecord(value) && typeof value.name === 'string' ? value.name : undefined;
  }

  raw(name: string): unknown {
    this.#unread.delete(name);
    return this.#values[name];
  }

  finish(): void {
    for (const name of this.#unread) {
      if (spelling.test(name) || isEmpty(this.#values[name])) continue;
      unsupported(`${this.what} with ${name.replaceAll('_', ' ')}`, this.value);
    }
  }
}

/** Reads a piece of syntax completely. */
export function read<T>(what: string, value: unknown, take: (fields: Fields) => T): T {
  const fields = new Fields(what, value);
  const result = take(fields);
  fields.finish();
  return result;
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === 0) return true;
  return Array.isArray(value) && value.length === 0;
}
