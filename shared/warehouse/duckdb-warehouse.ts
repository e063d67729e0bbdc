import type { DuckDBConnection } from '@duckdb/node-api';
import { codedError } from './duckdb-error.ts';
import { loadFile } from './duckdb-files.ts';
import { catalog, type DuckDbOptions } from './duckdb-options.ts';
import { quoteDataset, quoteText } from './duckdb-quote.ts';
import { DuckDbSession } from './duckdb-session.ts';
import type {
  LoadedFile,
  RowFile,
  Sql,
  TableName,
  Warehouse,
  WarehouseCapabilities,
  WarehouseSession,
} from './warehouse.ts';

/** A warehouse in one DuckDB file, held by this process until `close`. */
export class DuckDbWarehouse extends DuckDbSession implements Warehouse {
  readonly capabilities: WarehouseCapabilities = {
    dialect: 'duckdb',
    concurrentWriters: false,
    transactions: 'live',
  };
  readonly #stop: (detached: boolean) => void;

  constructor(
    connection: DuckDBConnection,
    options: DuckDbOptions,
    stop: (detached: boolean) => void,
  ) {
    super(connection, options);
    this.#stop = stop;
  }

  /** A temporary dataset is a database in memory: it costs no writing and leaves nothing behind. */
  async createDataset(dataset: string, lifetime: 'permanent' | 'temporary'): Promise<void> {
    const name = quoteDataset(dataset);
    if (lifetime === 'permanent') {
      await this.execute(`CREATE SCHEMA IF NOT EXISTS ${name}`);
    } else {
      await this.execute(`ATTACH IF NOT EXISTS ':memory:' AS ${name}`);
      this.temporary.add(dataset);
    }
  }

  async dropDataset(dataset: string): Promise<void> {
    const name = quoteDataset(dataset);
    await this.execute(`DETACH DATABASE IF EXISTS ${name}`);
    this.temporary.delete(dataset);
    await this.execute(`DROP SCHEMA IF EXISTS ${name} CASCADE`);
  }

  async datasets(prefix: string): Promise<string[]> {
    const result = await this.execute(
      `SELECT schema_name AS name FROM duckdb_schemas()
       WHERE database_name = '${catalog}' AND starts_with(schema_name, $prefix)
       UNION ALL
       SELECT database_name FROM duckdb_databases() WHERE starts_with(database_name, $prefix)
       ORDER BY name`,
      { prefix: { type: 'STRING', value: prefix } },
    );
    return result.getRows().map(([name]) => String(name));
  }

  async transaction<T>(work: (session: WarehouseSession) => Promise<T>): Promise<T> {
    await this.execute('BEGIN TRANSACTION');
    try {
      const result = await work(this);
      await this.execute('COMMIT');
      return result;
    } catch (error) {
      await this.#rollBack();
      throw error;
    }
  }

  loadFile(table: TableName, file: RowFile): Promise<LoadedFile> {
    return loadFile(this, table, file);
  }

  async exportParquet(sql: Sql, localFile: string): Promise<number> {
    const query = this.translate(sql);
    // Row groups of a fixed size, filled in order, make equal rows equal bytes.
    const copy = `COPY (${query}) TO ${quoteText(localFile)}
      (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 122880)`;
    try {
      return (await this.run(copy, sql.parameters)).rowsChanged;
    } catch (error) {
      throw codedError(error, localFile, 'SQL_INVALID', { action: sql.origin });
    }
  }

  async close(): Promise<void> {
    let detached = false;
    try {
      // Detaching writes the log into the file. Where that fails, the log stays, and the next to
      // open the file replays it: nothing committed is lost.
      await this.connection.run(`USE memory; DETACH ${catalog}`);
      detached = true;
    } catch {
    } finally {
      this.#stop(detached);
    }
  }

  /** A failure that ends the transaction by itself, such as a failed commit, leaves none to undo. */
  async #rollBack(): Promise<void> {
    try {
      await this.connection.run('ROLLBACK');
    } catch {}
  }
}
