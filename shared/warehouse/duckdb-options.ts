import type { Clock } from '../clock/clock.ts';
import type { Engine } from './duckdb-start.ts';
import type { Sql } from './warehouse.ts';

/** How GoogleSQL is said in DuckDB. */
export interface DuckDbDialect {
  /** Statements that define what translated queries call. */
  readonly definitions: string;
  translate(sql: Sql): string;
}

export interface DuckDbOptions {
  /** The database file. */
  path: string;
  /** Where a table name without a dataset is looked up. */
  defaultDataset: string;
  /** How long to wait for another process that holds the file. */
  waitSeconds: number;
  dialect: DuckDbDialect;
  clock: Clock;
  /** Where an opening gets its engine from. Default: it starts one, and stops it at its end. */
  start?: (dialect: DuckDbDialect) => Promise<Engine>;
}

/** The name under which the file is attached; no dataset may have it. */
export const catalog = '_warehouse';
