/** GoogleSQL's types, as far as tables here use them; any other type is `OTHER`. */
export type ColumnType =
  | 'BOOL'
  | 'DATE'
  | 'DATETIME'
  | 'FLOAT64'
  | 'INT64'
  | 'NUMERIC'
  | 'STRING'
  | 'OTHER';

export interface Column {
  name: string;
  type: ColumnType;
}

/**
 * A value of a row: INT64 as bigint, FLOAT64 as number, NUMERIC as its shortest decimal text, DATE
 * as `YYYY-MM-DD`, DATETIME as `YYYY-MM-DD HH:MM:SS[.ffffff]`, and OTHER as text.
 */
export type Cell = string | number | bigint | boolean | null;

/** Both parts are SQL names: letters, digits and `_`. */
export interface TableName {
  dataset: string;
  table: string;
}

/** The value of `@name` in a text. */
export interface Parameter {
  type: ColumnType;
  value: Cell;
}
export type Parameters = Record<string, Parameter>;

/** A GoogleSQL query: one SELECT, whatever the warehouse speaks by itself. */
export interface Sql {
  text: string;
  /** Whom the text belongs to, for error messages, such as `rfm (definitions/rfm.sqlx)`. */
  origin: string;
  parameters?: Parameters;
}

export interface QueryResult {
  columns: Column[];
  rows: Cell[][];
}

/** What a warehouse can do, as data. */
export interface WarehouseCapabilities {
  /** What queries are turned into before they run. */
  dialect: 'duckdb' | 'googlesql';
  /** Whether other processes can write at the same time. */
  concurrentWriters: boolean;
  /**
   * `live`: a transaction sees what it has written. `deferred`: it writes all at its end and must
   * ask before it writes; tables are made just before its rows, views and removals come just after,
   * and a table that is replaced keeps its columns (`TABLE_CHANGED`).
   */
  transactions: 'live' | 'deferred';
}

/**
 * What can be done inside a transaction and outside of one. A query that fails is `SQL_INVALID` or
 * `DIALECT_UNSUPPORTED`, naming its origin; a full disk is `DISK_FULL`.
 */
export interface WarehouseSession {
  query(sql: Sql): Promise<QueryResult>;
  /** In table order; `undefined` when there is no such table or view. */
  columns(table: TableName): Promise<Column[] | undefined>;
  /** Makes a table that must not exist yet, from a query's result or empty. */
  createTable(table: TableName, from: Sql | readonly Column[]): Promise<void>;
  /** Makes a view, or replaces it. */
  createView(view: TableName, sql: Sql): Promise<void>;
  /** Removes a table or a view if there is one. */
  drop(table: TableName): Promise<void>;
  insertRows(table: TableName, rows: Iterable<readonly Cell[]>): Promise<void>;
  /** Appends the rows of `from`, matching columns by name; says how many. */
  copyRows(from: TableName, to: TableName): Promise<number>;
  /** Removes the rows whose columns equal all the given values. */
  deleteRows(table: TableName, where: Parameters): Promise<void>;
}

/** A file of rows to load. */
export interface RowFile {
  /** Absolute path. */
  path: string;
  format: 'csv' | 'jsonl' | 'parquet';
  /**
   * The columns wanted, in the order of the new table. Of a CSV file without a header line these
   * are the names of all its fields, in order.
   */
  columns: readonly string[];
  /** CSV only. */
  header?: boolean;
  /** CSV only: one character, or `whitespace` for fields separated by any run of blanks. */
  delimiter?: string;
  /** Reads only the first rows. */
  limit?: number;
}

export interface LoadedFile {
  rows: number;
  /** Columns of the file that were not asked for. */
  otherColumns: string[];
}

/**
 * Tables in datasets. A query reads tables as `dataset.table`, or as `table` from the default
 * dataset.
 */
export interface Warehouse extends WarehouseSession {
  readonly capabilities: WarehouseCapabilities;
  /**
   * Makes a dataset unless there is one. A `temporary` one is for this opening of the warehouse
   * alone: nobody else need see it, and it may be gone once the warehouse is closed.
   */
  createDataset(dataset: string, lifetime: 'permanent' | 'temporary'): Promise<void>;
  /** Removes a dataset and all that is in it, if there is one. */
  dropDataset(dataset: string): Promise<void>;
  /** Names of the datasets that start with `prefix`, sorted. */
  datasets(prefix: string): Promise<string[]>;
  /**
   * Does all of `work` or, when it throws, nothing of it. Nobody sees a part. One transaction at a
   * time.
   */
  transaction<T>(work: (session: WarehouseSession) => Promise<T>): Promise<T>;
  /**
   * Makes `table` from a file: `_line INT64`, the row's position from 1, then the columns wanted.
   * All are STRING for CSV and JSON lines, with an empty CSV field as NULL; of a Parquet file they
   * have the file's types, of which `OTHER` is refused. `FILE_MISSING`, `FILE_INVALID` or
   * `FILE_COLUMNS_MISSING` otherwise.
   */
  loadFile(table: TableName, file: RowFile): Promise<LoadedFile>;
  /** Writes a query's result, in its order, as Parquet: the same bytes for the same rows. */
  exportParquet(sql: Sql, localFile: string): Promise<number>;
  close(): Promise<void>;
}

export interface OpenOptions {
  /** `false` opens for reading; there must be a warehouse then (`WAREHOUSE_MISSING`). */
  write: boolean;
  /** The command that the work is for, by which the warehouse's own records name it. */
  commandId?: string;
  /** Memory the whole job may use, in MiB. */
  memoryMiB?: number;
  /** Interrupts the running query, which then fails. */
  signal?: AbortSignal;
}

/** Opens a warehouse, waiting a while for another process that holds it (`WAREHOUSE_BUSY`). */
export type OpenWarehouse = (options: OpenOptions) => Promise<Warehouse>;
