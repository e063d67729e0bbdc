import type { QueryResult } from '@triad/shared/warehouse/warehouse.ts';

const maxLength = 300;

/** The first rows of a result as a person can read them in one line. */
export function sampleOf({ columns, rows }: QueryResult): string {
  const objects = rows.map((row) =>
    Object.fromEntries(columns.map(({ name }, at) => [name, plain(row[at])])),
  );
  const text = objects.map((object) => JSON.stringify(object)).join(', ');
  return text.length <= maxLength ? text : `${text.slice(0, maxLength)}…`;
}

const plain = (value: unknown) => (typeof value === 'bigint' ? String(value) : value);
