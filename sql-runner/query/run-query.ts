import type { OpenWarehouse, QueryResult } from '@triad/shared/warehouse/warehouse.ts';

/** Whom errors name. */
export const theQuery = 'the query';

/**
 * Runs one SELECT in GoogleSQL on the published tables, for reading only. Anything else is
 * `SQL_READ_ONLY`, and what the verified part of GoogleSQL lacks in DuckDB is `DIALECT_UNSUPPORTED`.
 */
export async function runQuery(openWarehouse: OpenWarehouse, text: string): Promise<QueryResult> {
  const warehouse = await openWarehouse({ write: false });
  try {
    return await warehouse.query({ text, origin: theQuery });
  } finally {
    await warehouse.close();
  }
}
