import { join } from 'node:path';
import { systemClock } from '@triad/shared/clock/clock.ts';
import { duckDbOpener } from '@triad/shared/warehouse/duckdb-engine.ts';
import type { Warehouse } from '@triad/shared/warehouse/warehouse.ts';
import { googleSqlInDuckDb } from '../../../sql-runner/dialect/translate.ts';
import { temporaryDirectory } from '../temporary-directory.ts';

/** A new DuckDB warehouse in a temporary directory, open for writing. */
export async function freshWarehouse(): Promise<Warehouse> {
  const { open } = duckDbOpener({
    path: join(await temporaryDirectory(), 'warehouse.duckdb'),
    defaultDataset: 'triad',
    waitSeconds: 1,
    dialect: googleSqlInDuckDb,
    clock: systemClock,
  });
  return open({ write: true });
}
