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
  readonly capabilities: WarehouseCapabilities = { dialect: 'duckdb', concurrentWriters: false };
  readonly #stop: () => void;

  constructor(connection: DuckDBConnection, options: DuckDbOptions, stop: () => void) {
    super(connection, options);
    this.#stop = stop;
  }

  async createDataset(dataset: string): Promise<void> {
    await this.execute(`CREATE SCHEMA IF NOT EXISTS ${quoteDataset(dataset)}`);
  }

  async dropDataset(dataset: string): Promise<void> {
    await this.execute(`DROP SCHEMA IF EXISTS ${quoteDataset(dataset)} CASCADE`);
  }

  async datasets(prefix: string): Promise<string[]> {
    const result = await this.execute(
      `SELECT schema_name FROM information_schema.schemata
       WHERE catalog_name = '${catalog}' AND starts_with(schema_name, $prefix)
       ORDER BY schema_name`,
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
      const result = await this.execute(copy, sql.parameters);
      return result.rowsChanged;
    } catch (error) {
      throw codedError(error, localFile, 'SQL_INVALID', { action: sql.origin });
    }
  }

  async close(): Promise<void> {
    try {
      // Detaching writes the log into the file. Where that fails, the log stays, and the next to
      // open the file replays it: nothing committed is lost.
      await this.connection.run(`USE memory; DETACH ${catalog}`);
    } catch {
    } finally {
      this.#stop();
    }
  }

  /** A failure that ends the transaction by itself, such as a failed commit, leaves none to undo. */
  async #rollBack(): Promise<void> {
    try {
      await this.connection.run('ROLLBACK');
    } catch {}
  }
}
