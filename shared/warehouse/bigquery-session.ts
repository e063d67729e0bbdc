import { TriadError } from '../errors/triad-error.ts';
import type { BigQueryApi } from './bigquery-api.ts';
import { codedError } from './bigquery-error.ts';
import type { BigQueryJobs, Job, JobPurpose, Page } from './bigquery-jobs.ts';
import type { BigQueryNames } from './bigquery-names.ts';
import type { BigQueryOptions } from './bigquery-options.ts';
import { renamed, withParameters } from './bigquery-references.ts';
import {
  copyText,
  createTableText,
  deleteStatement,
  type Statement,
} from './bigquery-statements.ts';
import { columnOf, type Field, toCell, toLiterals, toParameters } from './bigquery-types.ts';
import type {
  Cell,
  Column,
  Parameters,
  QueryResult,
  Sql,
  TableName,
  WarehouseSession,
} from './warehouse.ts';

/** What all of an opening's parts work with. */
export interface Opening {
  api: BigQueryApi;
  jobs: BigQueryJobs;
  names: BigQueryNames;
  options: BigQueryOptions;
  /** What this opening has made for itself. */
  temporary: Set<string>;
  canWrite: boolean;
  /** Memory the whole job may use, in MiB. */
  memoryMiB?: number;
}

/** What is known of a query before it runs. */
export interface DryRun {
  columns: Column[];
  /** What it would read, at most, as it is billed. */
  bytesProcessed: number;
}

interface TableResource {
  type?: string;
  schema?: { fields?: Field[] };
}

const ownOrigin = 'a statement of the warehouse itself';

/** Queries and tables of BigQuery. Each statement is a job of its own and stands by itself. */
export class BigQuerySession implements WarehouseSession {
  protected readonly opening: Opening;

  constructor(opening: Opening) {
    this.opening = opening;
  }

  async query(sql: Sql): Promise<QueryResult> {
    const result: QueryResult = { columns: [], rows: [] };
    for await (const { columns, rows } of this.pages(sql)) {
      result.columns = columns;
      for (const row of rows) result.rows.push(row);
    }
    return result;
  }

  /** The result of a query in parts, none of which is too large for memory. */
  async *pages(sql: Sql): AsyncGenerator<QueryResult> {
    const purpose: JobPurpose = { origin: sql.origin, scope: 'opening' };
    const job = await this.start({ ...sql, text: this.translate(sql) }, purpose);
    let columns: Column[] = [];
    for await (const page of this.opening.jobs.pages(job, purpose)) {
      columns = page.schema?.fields?.map(columnOf) ?? columns;
      const rows = page.rows?.map(({ f }) =>
        f.map(({ v }, at) => toCell(v, columns[at]?.type ?? 'OTHER')),
      );
      yield { columns, rows: rows ?? [] };
    }
  }

  async columns(table: TableName): Promise<Column[] | undefined> {
    const found = await this.#find(table);
    return found && (found.schema?.fields ?? []).map(columnOf);
  }

  /** What is there under the name of a table. */
  async kindOf(table: TableName): Promise<'TABLE' | 'VIEW' | undefined> {
    const found = await this.#find(table);
    if (!found) return undefined;
    return found.type === 'VIEW' ? 'VIEW' : 'TABLE';
  }

  /** The columns that a query would give. */
  async columnsOf(sql: Sql): Promise<Column[]> {
    const { columns } = await this.dryRun(sql);
    return columns;
  }

  /** What a query would read and give, without running it and without its cost. */
  async dryRun(sql: Sql): Promise<DryRun> {
    const { text, parameters = {} } = { ...sql, text: this.translate(sql) };
    const query = this.queryOf({ text, parameters });
    const job = await this.opening.jobs.dryRun(query, { origin: sql.origin, scope: 'opening' });
    return {
      columns: (job.statistics?.query?.schema?.fields ?? []).map(columnOf),
      bytesProcessed: Number(job.statistics?.totalBytesProcessed ?? 0),
    };
  }

  async createTable(table: TableName, from: Sql | readonly Column[]): Promise<void> {
    const { names, options } = this.opening;
    const name = names.table(table);
    if ('text' in from) {
      const text = `CREATE TABLE ${name} AS ${this.translate(from)}`;
      const { origin, parameters = {} } = from;
      await this.write(table, { text, parameters }, origin);
    } else {
      const text = `CREATE TABLE ${createTableText(name, from, options.partitionColumn)}`;
      await this.write(table, { text });
    }
  }

  /** As `createTable`, but a table that there is stays as it is, whoever made it. */
  async createTableOnce(table: TableName, from: Sql): Promise<void> {
    const name = this.opening.names.table(table);
    const text = `CREATE TABLE IF NOT EXISTS ${name} AS ${this.translate(from)}`;
    await this.write(table, { text }, from.origin);
  }

  async createView(view: TableName, sql: Sql): Promise<void> {
    const text = `CREATE OR REPLACE VIEW ${this.opening.names.table(view)} AS ${this.translate(sql)}`;
    if (this.opening.options.emulator) await this.drop(view);
    await this.write(view, { text }, sql.origin);
  }

  async drop(table: TableName): Promise<void> {
    this.checkWritable();
    await this.request(() => {
      const { datasetId, tableId } = this.opening.names.reference(table);
      const path = `/datasets/${datasetId}/tables/${tableId}`;
      return this.opening.api.find({ method: 'DELETE', path });
    });
  }

  /** By a load job: all rows or none of them. */
  async insertRows(table: TableName, rows: Iterable<readonly Cell[]>): Promise<void> {
    this.checkWritable();
    const columns = await this.existing(table);
    const { loadRows } = await import('./bigquery-files.ts');
    await loadRows(this.opening, table, { columns, rows }, this.purposeOf(table));
  }

  async copyRows(from: TableName, to: TableName): Promise<number> {
    const { names, options } = this.opening;
    const text = copyText(names, from, to, await this.existing(from), options.emulator);
    const { numDmlAffectedRows } = await this.write(to, { text });
    return numDmlAffectedRows === undefined ? this.count(from) : Number(numDmlAffectedRows);
  }

  async deleteRows(table: TableName, where: Parameters): Promise<void> {
    await this.write(table, deleteStatement(this.opening.names, table, where));
  }

  /** How many rows a table has. */
  async count(table: TableName): Promise<number> {
    const text = `SELECT COUNT(*) FROM \`${table.dataset}.${table.table}\``;
    const { rows } = await this.query({ text, origin: ownOrigin });
    return Number(rows[0]?.[0]);
  }

  /** The columns of a table that there is; otherwise `NOT_FOUND`. */
  async existing(table: TableName): Promise<Column[]> {
    const columns = await this.columns(table);
    if (columns) return columns;
    throw new TriadError('NOT_FOUND', { what: 'table', name: `${table.dataset}.${table.table}` });
  }

  /** The query with the names that its tables have in BigQuery. */
  translate({ text, origin }: Pick<Sql, 'text' | 'origin'>): string {
    const { names, options } = this.opening;
    try {
      return renamed(text, {
        dataset: (dataset) => names.dataset(dataset),
        defaultDataset: options.defaultDataset,
      });
    } catch (error) {
      if (!(error instanceof TriadError) || error.code !== 'INPUT_INVALID') throw error;
      throw new TriadError('SQL_INVALID', { action: origin, reason: error.message });
    }
  }

  /** Starts the job of a statement. */
  start({ text, parameters }: Statement, purpose: JobPurpose): Promise<Job> {
    return this.opening.jobs.query(this.queryOf({ text, parameters: parameters ?? {} }), purpose);
  }

  /** A statement as the REST API takes it. */
  queryOf({ text, parameters = {} }: Statement): object {
    const { names, options } = this.opening;
    const queryParameters = options.emulator ? [] : toParameters(parameters);
    return {
      query: options.emulator ? withParameters(text, toLiterals(parameters)) : text,
      defaultDataset: {
        projectId: options.project,
        datasetId: names.dataset(options.defaultDataset),
      },
      ...(queryParameters.length > 0 && { parameterMode: 'NAMED', queryParameters }),
    };
  }

  /** Runs a statement that changes a table. */
  protected async write(
    table: TableName,
    statement: Statement,
    origin: string = ownOrigin,
  ): Promise<Page> {
    this.checkWritable();
    const purpose = this.purposeOf(table, origin);
    return this.opening.jobs.finish(await this.start(statement, purpose), purpose);
  }

  protected purposeOf({ dataset }: TableName, origin: string = ownOrigin): JobPurpose {
    return { origin, scope: this.opening.temporary.has(dataset) ? 'opening' : 'command' };
  }

  protected checkWritable(): void {
    if (!this.opening.canWrite) throw new TriadError('SQL_READ_ONLY');
  }

  /** Asks the REST API for something that is no job. */
  protected async request<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw codedError(error, this.opening.options.project, 'SQL_INVALID', { action: ownOrigin });
    }
  }

  #find(table: TableName): Promise<TableResource | undefined> {
    return this.request(() => {
      const { datasetId, tableId } = this.opening.names.reference(table);
      const path = `/datasets/${datasetId}/tables/${tableId}`;
      return this.opening.api.find<TableResource>({ path });
    });
  }
}
