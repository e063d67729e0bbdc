import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { DuckDbDialect } from './duckdb-options.ts';

/** DuckDB in memory, where the dialect is defined and nothing is attached. */
export interface Engine {
  connection: DuckDBConnection;
  /**
   * `reusable` says that its file is detached and no setting locked: what may be left of its last
   * use are settings, such as the limit of its memory, and temporary datasets.
   */
  stop(reusable: boolean): void;
}

/** Starts an engine with as many threads, by default as DuckDB finds right for the machine. */
export async function startEngine(dialect: DuckDbDialect, threads?: number): Promise<Engine> {
  const instance = await DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    // Definitions are small statements, which other threads would only be woken for.
    threads: '1',
  });
  const connection = await instance.connect();
  const settings = threads === undefined ? 'RESET threads' : `SET threads = ${threads}`;
  await connection.run(`SET TimeZone = 'UTC'; ${dialect.definitions}; ${settings}`);
  return {
    connection,
    stop() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}
