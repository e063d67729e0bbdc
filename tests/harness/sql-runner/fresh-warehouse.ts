import { join } from 'node:path';
import type { Warehouse } from '@triad/shared/warehouse/warehouse.ts';
import { temporaryDirectory } from '../temporary-directory.ts';
import { duckDbFile } from '../warehouse/duckdb-warehouse.ts';

/** A new DuckDB warehouse in a temporary directory, open for writing. */
export async function freshWarehouse(): Promise<Warehouse> {
  const path = join(await temporaryDirectory(), 'warehouse.duckdb');
  return duckDbFile(path)({ write: true });
}
