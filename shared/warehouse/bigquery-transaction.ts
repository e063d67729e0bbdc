import { TriadError } from '../errors/triad-error.ts';
import { changedMeanwhile } from './bigquery-error.ts';
import type { JobPurpose } from './bigquery-jobs.ts';
import type { BigQueryNames } from './bigquery-names.ts';
import { withParameterPrefix } from './bigquery-references.ts';
import type { Opening } from './bigquery-session.ts';
import {
  copyText,
  createTableText,
  deleteStatement,
  insertStatements,
  type Statement,
} from './bigquery-statements.ts';
import type { BigQueryWarehouse } from './bigquery-warehouse.ts';
import type {
  Cell,
  Column,
  Parameter,
  Parameters,
  QueryResult,
  Sql,
  TableName,
  WarehouseSession,
} from './warehouse.ts';

/*
 * BigQuery has transactions for rows, not for permanent tables and views:
 * https://cloud.google.com/bigquery/docs/transactions. So `work` writes down what is to be done,
 * and when it has not thrown, all of it is one script, which is one job:
 *
 *   CREATE TABLE IF NOT EXISTS …     tables that there were not: empty until the commit
 *   BEGIN TRANSACTION
 *   UPDATE lock                      of two transactions at once, one is turned back and waits
 *   SELECT IF(…, ERROR('changed'))   each query of `work` still has the result it had
 *   DELETE …, INSERT …               all rows, of all tables
 *   COMMIT TRANSACTION
 *   CREATE OR REPLACE VIEW …, DROP … what stands on the rows just committed
 *
 * A script that fails before the commit rolls back by itself. Since it is one job with a known id,
 * a lost connection neither stops it halfway nor runs it twice. What BigQuery lets nobody have: a
 * view and the rows it shows appear one right after the other, not at once; and where the commit
 * fails, a new table can be left behind, empty.
 */

const commitAttempts = 5;
const commitPauseMs = 2000;

/** The statements of one transaction, as `work` asks for them. */
export class DeferredSession implements WarehouseSession {
  readonly #live: BigQueryWarehouse;
  readonly #opening: Opening;
  readonly #tables: Statement[] = [];
  readonly #guards: Statement[] = [];
  readonly #rows: Statement[] = [];
  /** By the name of what they make or drop, the last of which counts. */
  readonly #after = new Map<string, Statement>();
  /** What tables and views will be: their columns, or `undefined` for dropped ones. */
  readonly #future = new Map<string, Column[] | undefined>();
  readonly #parameters: Parameters = {};

  constructor(live: BigQueryWarehouse, opening: Opening) {
    this.#live = live;
    this.#opening = opening;
  }

  /** Asks the tables as they are; the commit fails when the answer is another one by then. */
  async query(sql: Sql): Promise<QueryResult> {
    if (!this.#isEmpty) {
      const reason =
        'a transaction does not see what it has written; it has to ask before it writes';
      throw new TriadError('SQL_INVALID', { action: sql.origin, reason });
    }
    // The print is older than the answer: a change in between fails the commit, needlessly at worst.
    const { rows } = await this.#live.query({ ...sql, text: `SELECT ${fingerprintOf(sql.text)}` });
    const found: Parameter = { type: 'STRING', value: rows[0]?.[0] ?? null };
    const print = fingerprintOf(this.#live.translate(sql));
    const text = `SELECT IF(${print} = @found, TRUE, ERROR('${changedMeanwhile}'))`;
    this.#guards.push(this.#own({ text, parameters: { ...sql.parameters, found } }));
    return this.#live.query(sql);
  }

  async columns(table: TableName): Promise<Column[] | undefined> {
    const key = keyOf(table);
    return this.#future.has(key) ? this.#future.get(key) : this.#live.columns(table);
  }

  async createTable(table: TableName, from: Sql | readonly Column[]): Promise<void> {
    const name = this.#opening.names.table(table);
    if (await this.columns(table)) {
      const reason = `there is a table ${keyOf(table)} already`;
      throw new TriadError('SQL_INVALID', { action: `the table ${keyOf(table)}`, reason });
    }
    const columns = 'text' in from ? await this.#live.columnsOf(from) : from;
    const standing = await this.#live.columns(table);
    if (standing) checkSameColumns(table, columns, standing);
    else {
      const text = createTableText(name, columns, this.#opening.options.partitionColumn);
      this.#tables.push({ text: `CREATE TABLE IF NOT EXISTS ${text}` });
    }
    this.#after.delete(keyOf(table));
    this.#future.set(keyOf(table), [...columns]);
    if (!('text' in from)) return;
    const list = columns.map((column) => `\`${column.name}\``).join(', ');
    const text = `INSERT INTO ${name} (${list}) ${this.#live.translate(from)}`;
    this.#add({ text, ...(from.parameters && { parameters: from.parameters }) });
  }

  async createView(view: TableName, sql: Sql): Promise<void> {
    const name = this.#opening.names.table(view);
    const text = `CREATE OR REPLACE VIEW ${name} AS ${this.#live.translate(sql)}`;
    // What is wrong with it must show before the commit; a table that is yet to be made cannot.
    const isReady = this.#tables.length === 0;
    this.#future.set(keyOf(view), isReady ? await this.#live.columnsOf(sql) : []);
    this.#after.set(keyOf(view), { text });
  }

  async drop(table: TableName): Promise<void> {
    const name = this.#opening.names.table(table);
    const key = keyOf(table);
    if (!(await this.columns(table))) return;
    const kind = await this.#live.kindOf(table);
    if (kind !== 'VIEW') this.#add(deleteStatement(this.#opening.names, table, {}));
    this.#after.set(key, { text: `DROP ${kind ?? 'TABLE'} IF EXISTS ${name}` });
    this.#future.set(key, undefined);
  }

  async insertRows(table: TableName, rows: Iterable<readonly Cell[]>): Promise<void> {
    const columns = await this.#existing(table);
    for (const one of insertStatements(this.#opening.names, table, columns, rows)) this.#add(one);
  }

  async copyRows(from: TableName, to: TableName): Promise<number> {
    if (this.#future.has(keyOf(from))) {
      const reason = 'a transaction copies rows only from tables that it does not change';
      throw new TriadError('SQL_INVALID', { action: `the copy of ${keyOf(from)}`, reason });
    }
    const columns = await this.#live.existing(from);
    const { names, options } = this.#opening;
    this.#add({ text: copyText(names, from, to, columns, options.emulator) });
    return this.#live.count(from);
  }

  async deleteRows(table: TableName, where: Parameters): Promise<void> {
    this.#add(deleteStatement(this.#opening.names, table, where));
  }

  /** Does all that was asked for; again, when another transaction came in between. */
  async commit(): Promise<void> {
    if (this.#isEmpty) return;
    const text = this.#script(await lockOf(this.#live, this.#opening.names));
    const purpose: JobPurpose = { origin: 'the publication', scope: 'command' };
    for (let attempt = 1; ; attempt++) {
      try {
        const job = await this.#live.start({ text, parameters: this.#parameters }, purpose);
        await this.#opening.jobs.finish(job, purpose);
        return;
      } catch (error) {
        if (attempt === commitAttempts || !isCollision(error)) throw error;
        await this.#opening.api.pause(attempt * commitPauseMs);
      }
    }
  }

  #script(lock: string): string {
    const rows =
      this.#rows.length === 0
        ? this.#guards
        : [
            { text: 'BEGIN TRANSACTION' },
            { text: `UPDATE ${lock} SET commits = commits + 1 WHERE TRUE` },
            ...this.#guards,
            ...this.#rows,
            { text: 'COMMIT TRANSACTION' },
          ];
    const statements = [...this.#tables, ...rows, ...this.#after.values()];
    return `${statements.map((statement) => statement.text).join(';\n')};`;
  }

  get #isEmpty(): boolean {
    return this.#tables.length + this.#rows.length + this.#after.size === 0;
  }

  #add(statement: Statement): void {
    this.#rows.push(this.#own(statement));
  }

  /** The parameters of all statements are the script's: each gets names of its own. */
  #own({ text, parameters = {} }: Statement): Statement {
    const prefix = `s${this.#guards.length + this.#rows.length}_`;
    for (const [name, value] of Object.entries(parameters)) {
      this.#parameters[prefix + name] = value;
    }
    return { text: withParameterPrefix(text, prefix) };
  }

  async #existing(table: TableName): Promise<Column[]> {
    return (await this.columns(table)) ?? this.#live.existing(table);
  }
}

const lock: TableName = { dataset: '_warehouse', table: 'lock' };

/** The name of the table whose one row every transaction changes. */
async function lockOf(live: BigQueryWarehouse, names: BigQueryNames): Promise<string> {
  if (!(await live.columns(lock))) {
    await live.createDataset(lock.dataset, 'permanent');
    await live.createTableOnce(lock, { text: 'SELECT 0 AS commits', origin: 'the lock' });
  }
  return names.table(lock);
}

/** Whether another transaction changed the same rows at the same time, and nothing worse. */
const isCollision = (error: unknown): boolean =>
  error instanceof TriadError &&
  error.code === 'WAREHOUSE_CONFLICT' &&
  !error.message.includes(changedMeanwhile);

const keyOf = ({ dataset, table }: TableName): string => `${dataset}.${table}`;

/** One text that tells the rows of a query from any others, in whatever order they come. */
const fingerprintOf = (query: string): string =>
  `TO_HEX(SHA256(ARRAY_TO_STRING(ARRAY(
    SELECT TO_JSON_STRING(answer) AS line FROM (${query}\n) AS answer ORDER BY line), '\\n')))`;

function checkSameColumns(
  table: TableName,
  found: readonly Column[],
  expected: readonly Column[],
): void {
  const [a = '', b = ''] = [found, expected].map((columns) =>
    columns
      .map(({ name, type }) => `${name} ${type}`)
      .sort()
      .join(', '),
  );
  if (a !== b) throw new TriadError('TABLE_CHANGED', { table: table.table, found: a, expected: b });
}
