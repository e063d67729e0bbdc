import {
  type DuckDBConnection,
  DuckDBDataChunk,
  type DuckDBResultReader,
  type DuckDBType,
} from '@duckdb/node-api';
import { TriadError } from '../errors/triad-error.ts';
import { batches } from './batches.ts';
import { codedError } from './duckdb-error.ts';
import { catalog, type DuckDbOptions } from './duckdb-options.ts';
import { quoteName, quoteTable, quoteText } from './duckdb-quote.ts';
import { castForStorage, columnType, fromCell, storedType, toCell } from './duckdb-types.ts';
import type {
  Cell,
  Column,
  Parameters,
  QueryResult,
  Sql,
  TableName,
  WarehouseSession,
} from './warehouse.ts';

/** The rows of one of DuckDB's vectors. */
const chunkRows = 2048;

/** Queries and tables of an attached DuckDB file. */
export class DuckDbSession implements WarehouseSession {
  protected readonly connection: DuckDBConnection;
  /** Datasets that are databases by themselves, with their tables in the schema `main`. */
  protected readonly temporary = new Set<string>();
  readonly #options: DuckDbOptions;

  constructor(connection: DuckDBConnection, options: DuckDbOptions) {
    this.connection = connection;
    this.#options = options;
  }

  async query(sql: Sql): Promise<QueryResult> {
    const result = await this.#blaming(sql.origin, () =>
      this.run(this.translate(sql), sql.parameters),
    );
    const names = result.columnNames();
    const columns = result.columnTypes().map((type, at) => ({
      name: names[at] ?? '',
      type: columnType(type),
    }));
    return { columns, rows: result.getRows().map((row) => row.map(toCell)) };
  }

  async columns(table: TableName): Promise<Column[] | undefined> {
    const { database, schema } = this.#placeOf(table);
    const name = [database, schema, table.table].map(quoteName).join('.');
    try {
      return await this.describe(`SELECT * FROM ${name}`);
    } catch (error) {
      if (await this.#kindOf(table)) throw error;
      return undefined;
    }
  }

  async createTable(table: TableName, from: Sql | readonly Column[]): Promise<void> {
    const name = quoteTable(table);
    if ('text' in from) {
      await this.#blaming(from.origin, async () => {
        const select = await this.#storable(from);
        await this.run(`CREATE TABLE ${name} AS ${select}`, from.parameters);
      });
    } else {
      const columns = from.map((c) => `${quoteName(c.name)} ${storedType(c.type)}`);
      await this.execute(`CREATE TABLE ${name} (${columns.join(', ')})`);
    }
  }

  async createView(view: TableName, sql: Sql): Promise<void> {
    await this.#blaming(sql.origin, async () => {
      await this.run(`CREATE OR REPLACE VIEW ${quoteTable(view)} AS ${await this.#storable(sql)}`);
    });
  }

  async drop(table: TableName): Promise<void> {
    const kind = await this.#kindOf(table);
    if (kind) await this.execute(`DROP ${kind} ${quoteTable(table)}`);
  }

  async insertRows(table: TableName, rows: Iterable<readonly Cell[]>): Promise<void> {
    const types = (await this.#existing(table)).map((column) => column.type);
    const stored = types.map(storedType);
    const { database, schema } = this.#placeOf(table);
    try {
      const appender = await this.connection.createAppender(table.table, schema, database);
      for (const batch of batches(rows, chunkRows)) {
        const chunk = DuckDBDataChunk.create(stored, batch.length);
        chunk.setRows(batch.map((row) => types.map((type, at) => fromCell(row[at] ?? null, type))));
        appender.appendDataChunk(chunk);
      }
      appender.closeSync();
    } catch (error) {
      throw this.#coded(error, `the insertion into ${table.table}`);
    }
  }

  async copyRows(from: TableName, to: TableName): Promise<number> {
    const names = (await this.#existing(from)).map((column) => quoteName(column.name)).join(', ');
    const result = await this.execute(
      `INSERT INTO ${quoteTable(to)} (${names}) SELECT ${names} FROM ${quoteTable(from)}`,
    );
    return result.rowsChanged;
  }

  async deleteRows(table: TableName, where: Parameters): Promise<void> {
    const conditions = Object.keys(where).map((name) => `${quoteName(name)} = $${name}`);
    await this.execute(`DELETE FROM ${quoteTable(table)} WHERE ${conditions.join(' AND ')}`, where);
  }

  /** The DuckDB text of a query. */
  translate(sql: Sql): string {
    return this.#options.dialect.translate(sql);
  }

  /** Runs a statement of the adapter's own, in DuckDB's words. */
  async execute(statement: string, parameters?: Parameters): Promise<DuckDBResultReader> {
    try {
      return await this.run(statement, parameters);
    } catch (error) {
      throw this.#coded(error, 'a statement of the warehouse itself');
    }
  }

  /** The columns that a DuckDB query gives, without running it. */
  async describe(query: string): Promise<Column[]> {
    return (await this.#typedColumns(query)).map(({ column }) => column);
  }

  /** A DuckDB query whose columns have the types that tables store. */
  async storable(query: string): Promise<string> {
    const columns = await this.#typedColumns(query);
    const list = columns.map(({ column, type }) => {
      const name = quoteName(column.name);
      const target = castForStorage(column, type);
      return target ? `CAST(${name} AS ${target}) AS ${name}` : name;
    });
    return `SELECT ${list.join(', ')} FROM (${query})`;
  }

  #storable(sql: Sql): Promise<string> {
    return this.storable(this.translate(sql));
  }

  async #typedColumns(query: string): Promise<{ column: Column; type: DuckDBType }[]> {
    const prepared = await this.connection.prepare(query);
    try {
      return Array.from({ length: prepared.columnCount }, (_, at) => {
        const type = prepared.columnType(at);
        return { column: { name: prepared.columnName(at), type: columnType(type) }, type };
      });
    } finally {
      prepared.destroySync();
    }
  }

  /** Runs a statement; what it throws has no code yet. */
  protected async run(statement: string, parameters: Parameters = {}): Promise<DuckDBResultReader> {
    const given = Object.entries(parameters);
    if (given.length === 0) return this.connection.runAndReadAll(statement);
    const prepared = await this.connection.prepare(statement);
    try {
      const named = new Set(
        Array.from({ length: prepared.parameterCount }, (_, at) => prepared.parameterName(at + 1)),
      );
      // A parameter that the text does not name is no error in GoogleSQL, but here it is.
      const entries = given.filter(([name]) => named.has(name));
      prepared.bind(
        Object.fromEntries(entries.map(([name, p]) => [name, fromCell(p.value, p.type)])),
        Object.fromEntries(entries.map(([name, p]) => [name, storedType(p.type)])),
      );
      return await prepared.runAndReadAll();
    } finally {
      prepared.destroySync();
    }
  }

  async #kindOf(table: TableName): Promise<'TABLE' | 'VIEW' | undefined> {
    const { database, schema } = this.#placeOf(table);
    const place = `database_name = ${quoteText(database)} AND schema_name = ${quoteText(schema)}`;
    const name = quoteText(table.table);
    const result = await this.execute(
      `SELECT 'TABLE' FROM duckdb_tables() WHERE table_name = ${name} AND ${place}
       UNION ALL
       SELECT 'VIEW' FROM duckdb_views() WHERE view_name = ${name} AND ${place}`,
    );
    const [kind] = result.getRows()[0] ?? [];
    return kind === 'TABLE' || kind === 'VIEW' ? kind : undefined;
  }

  #placeOf({ dataset }: TableName): { database: string; schema: string } {
    return this.temporary.has(dataset)
      ? { database: dataset, schema: 'main' }
      : { database: catalog, schema: dataset };
  }

  async #existing(table: TableName): Promise<Column[]> {
    const columns = await this.columns(table);
    if (columns) return columns;
    throw new TriadError('NOT_FOUND', { what: 'table', name: `${table.dataset}.${table.table}` });
  }

  async #blaming<T>(origin: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.#coded(error, origin);
    }
  }

  #coded(error: unknown, action: string): TriadError {
    return codedError(error, this.#options.path, 'SQL_INVALID', { action });
  }
}
