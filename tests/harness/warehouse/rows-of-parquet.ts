import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { quoteText } from '@triad/shared/warehouse/duckdb-quote.ts';
import { toCell } from '@triad/shared/warehouse/duckdb-types.ts';
import type { Cell } from '@triad/shared/warehouse/warehouse.ts';
import { temporaryDirectory } from '../temporary-directory.ts';
import { duckDbFile } from './duckdb-warehouse.ts';

/** The rows of a Parquet file, in its order. */
export const rowsOfParquet = (file: Buffer): Promise<Cell[][]> =>
  ofParquet(file, (path) => `SELECT * FROM read_parquet(${path})`);

/** What its footer says of each column: name, physical type, converted type, and logical type. */
export const typesOfParquet = (file: Buffer): Promise<Cell[][]> =>
  ofParquet(
    file,
    (path) => `SELECT name, type, converted_type, logical_type FROM parquet_schema(${path})
      WHERE num_children IS NULL`,
  );

async function ofParquet(file: Buffer, query: (path: string) => string): Promise<Cell[][]> {
  const directory = await temporaryDirectory();
  const path = join(directory, 'rows.parquet');
  await writeFile(path, file);
  const duckDb = await duckDbFile(join(directory, 'rows.duckdb'))({ write: true });
  try {
    const result = await duckDb.execute(query(quoteText(path)));
    return result.getRows().map((row) => row.map(toCell));
  } finally {
    await duckDb.close();
  }
}
