import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { quoteText } from '@triad/shared/warehouse/duckdb-quote.ts';
import { toCell } from '@triad/shared/warehouse/duckdb-types.ts';
import type { Cell } from '@triad/shared/warehouse/warehouse.ts';
import { temporaryDirectory } from '../temporary-directory.ts';
import { duckDbFile } from './duckdb-warehouse.ts';

/** The rows of a Parquet file, in its order. */
export async function rowsOfParquet(file: Buffer): Promise<Cell[][]> {
  const directory = await temporaryDirectory();
  const path = join(directory, 'rows.parquet');
  await writeFile(path, file);
  const duckDb = await duckDbFile(join(directory, 'rows.duckdb'))({ write: true });
  try {
    const result = await duckDb.execute(`SELECT * FROM read_parquet(${quoteText(path)})`);
    return result.getRows().map((row) => row.map(toCell));
  } finally {
    await duckDb.close();
  }
}
