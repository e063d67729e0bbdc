import type { ManifestTable } from '@triad/shared/contracts/manifest.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { Column, Sql, TableName, Warehouse } from '@triad/shared/warehouse/warehouse.ts';
import { names, ownSql, runDateParameter, tableText } from './statements.ts';
import { tableOf, watermarkText } from './watermark.ts';

/** The rows of one run date, built aside. */
export interface StagedRows {
  from: TableName;
  built: ManifestTable;
}

/**
 * Builds the rows of a run date as `<table>__new` in the staging dataset, and beside it a view
 * `<table>` that shows the table as it would be after publication, so that whatever reads it,
 * assertions above all, sees the future. `ROWS_OF_OTHER_DATES` or `TABLE_CHANGED` when it cannot
 * become the published table.
 */
export async function stageRunDate(
  warehouse: Warehouse,
  { published, staging, runDate }: { published: TableName; staging: string; runDate: string },
  sql: Sql,
): Promise<StagedRows> {
  const { table } = published;
  const from: TableName = { dataset: staging, table: `${table}__new` };
  await warehouse.createTable(from, sql);
  const columns = (await warehouse.columns(from)) ?? [];
  const built = await countRows(warehouse, from, { table, runDate, columns, sql });

  const list = names(columns.map((column) => column.name));
  const fresh = `SELECT ${list} FROM ${tableText(from)}`;
  const standing = await warehouse.columns(published);
  if (standing) checkSameColumns(table, columns, standing);
  const others = `SELECT ${list} FROM ${tableText(published)} WHERE run_date != DATE '${runDate}'`;
  const text = standing ? `${fresh} UNION ALL ${others}` : fresh;
  await warehouse.createView({ dataset: staging, table }, ownSql(text));
  return { from, built };
}

async function countRows(
  warehouse: Warehouse,
  from: TableName,
  {
    table,
    runDate,
    columns,
    sql,
  }: {
    table: string;
    runDate: string;
    columns: readonly Column[];
    sql: Sql;
  },
): Promise<ManifestTable> {
  if (!columns.some(({ name, type }) => name === 'run_date' && type === 'DATE')) {
    const reason = 'its result needs a column run_date of type DATE';
    throw new TriadError('SQL_INVALID', { action: sql.origin, reason });
  }
  const { rows } = await warehouse.query(
    ownSql(
      `SELECT COUNT(*), COUNTIF(run_date = @run_date), ${watermarkText(columns)}
       FROM ${tableText(from)}`,
      runDateParameter(runDate),
    ),
  );
  const [all, right, watermark] = rows[0] ?? [];
  const count = Number(all) - Number(right);
  if (count > 0) throw new TriadError('ROWS_OF_OTHER_DATES', { table, count, runDate });
  return tableOf(table, Number(all), watermark);
}

/** In any order, because rows are matched by name. */
function checkSameColumns(table: string, found: readonly Column[], expected: readonly Column[]) {
  const [a, b] = [found, expected].map((columns) =>
    columns
      .map(({ name, type }) => `${name} ${type}`)
      .sort()
      .join(', '),
  );
  if (a === b) return;
  throw new TriadError('TABLE_CHANGED', { table, found: a ?? '', expected: b ?? '' });
}

/** Shows a published table in the staging dataset. `NOT_FOUND` when it was never published. */
export async function showPublished(
  warehouse: Warehouse,
  published: TableName,
  staging: string,
): Promise<void> {
  if (!(await warehouse.columns(published))) {
    const table = `${published.dataset}.${published.table}`;
    throw new TriadError('NOT_FOUND', { what: 'table', name: table });
  }
  const view = { dataset: staging, table: published.table };
  await warehouse.createView(view, ownSql(`SELECT * FROM ${tableText(published)}`));
}
