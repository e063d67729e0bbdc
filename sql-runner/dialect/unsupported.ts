import { lineOf } from './syntax.ts';

/** Something in a query that is not in the verified part of GoogleSQL. */
export class UnsupportedSyntax extends Error {
  readonly line: number | undefined;
  readonly remedy: string;

  constructor(what: string, line: number | undefined, remedy: string) {
    super(what);
    this.line = line;
    this.remedy = remedy;
  }
}

const useTheList = 'Use what sql-runner/dialect/README.md lists, or add it there with a test.';

export function unsupported(what: string, where: unknown, remedy = useTheList): never {
  throw new UnsupportedSyntax(what, lineOf(where), remedy);
}
