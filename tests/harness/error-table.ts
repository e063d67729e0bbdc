import { pathToFileURL } from 'node:url';
import { catalogue, type ErrorEntry } from '@triad/shared/errors/catalogue.ts';

/** The table of errors in ARCHITECTURE.md. Print it with `node tests/harness/error-table.ts`. */
export function errorTable(): string {
  const rows = Object.entries<ErrorEntry>(catalogue).map(
    ([code, { retryable, httpStatus, message, fix }]) =>
      `| \`${code}\` | ${retryable ? 'yes' : 'no'} | ${httpStatus} | ${message} | ${fix} |`,
  );
  return [
    '| code | retry | HTTP | what it says | what to do |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.stdout.write(`${errorTable()}\n`);
}
