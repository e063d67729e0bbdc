import type { Sql, TableName } from '@triad/shared/warehouse/warehouse.ts';

/** A name in GoogleSQL. Backticks and backslashes cannot be in names here. */
export const name = (text: string): string => `\`${text}\``;

export const names = (list: readonly string[]): string => list.map(name).join(', ');

export const tableText = ({ dataset, table }: TableName): string => name(`${dataset}.${table}`);

/** A query that belongs to no file of the user's. */
export const ownSql = (text: string, parameters?: Sql['parameters']): Sql => ({
  text,
  origin: "Triad's own SQL",
  ...(parameters && { parameters }),
});

/** The parameter `@run_date`. */
export const runDateParameter = (runDate: string): NonNullable<Sql['parameters']> => ({
  run_date: { type: 'DATE', value: runDate },
});
