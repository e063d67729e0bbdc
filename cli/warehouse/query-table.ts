import { z } from 'zod';
import { type Asker, queryWarehouse } from './query-warehouse.ts';

/** A query's result; a cell is null or text, numbers with all their digits. */
export interface QueryTable {
  columns: { name: string; type: string }[];
  rows: (string | null)[][];
}

const queryTable: z.ZodType<QueryTable> = z.object({
  columns: z.array(z.object({ name: z.string(), type: z.string() })),
  rows: z.array(z.array(z.string().nullable())),
});

/** Answers a query on the published tables, for code that looks at the cells. */
export async function readQueryTable(asker: Asker, query: string): Promise<QueryTable> {
  const answer = await queryWarehouse(asker, query, 'table-json');
  return queryTable.parse(JSON.parse(answer, cellAsText));
}

/** JSON's numbers as they were written, since a double has fewer digits than INT64. */
function cellAsText(_key: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === 'number' || typeof value === 'boolean'
    ? (context?.source ?? String(value))
    : value;
}
