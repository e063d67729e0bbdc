import { type Clock, systemClock } from '@triad/shared/clock/clock.ts';
import { duckDbOpener } from '@triad/shared/warehouse/duckdb-engine.ts';
import type { DuckDbDialect } from '@triad/shared/warehouse/duckdb-options.ts';
import { type Engine, startEngine } from '@triad/shared/warehouse/duckdb-start.ts';
import type { DuckDbWarehouse } from '@triad/shared/warehouse/duckdb-warehouse.ts';
import type { OpenOptions } from '@triad/shared/warehouse/warehouse.ts';
import { googleSqlInDuckDb } from '../../../sql-runner/dialect/translate.ts';

/** Opens a DuckDB file whose tables are small: with one thread, in an engine of an earlier opening. */
export function duckDbFile(
  path: string,
  {
    defaultDataset = 'triad',
    clock = systemClock,
  }: { defaultDataset?: string; clock?: Clock } = {},
): (request: OpenOptions) => Promise<DuckDbWarehouse> {
  const dialect = googleSqlInDuckDb;
  return duckDbOpener({ path, defaultDataset, waitSeconds: 1, dialect, clock, start: usedEngine })
    .open;
}

/** Engines whose opening is over. What it may have left in them is looked for before the next one. */
const idle: Engine[] = [];

async function usedEngine(dialect: DuckDbDialect): Promise<Engine> {
  const engine = (await idleEngine()) ?? (await startEngine(dialect, 1));
  return {
    connection: engine.connection,
    stop(reusable) {
      if (reusable) idle.push(engine);
      else engine.stop(false);
    },
  };
}

async function idleEngine(): Promise<Engine | undefined> {
  const engine = idle.pop();
  if (!engine) return undefined;
  const databases = await engine.connection.runAndReadAll(
    'RESET memory_limit; SELECT 1 FROM duckdb_databases() WHERE NOT internal',
  );
  if (databases.currentRowCount === 1) return engine;
  engine.stop(false);
  return undefined;
}
