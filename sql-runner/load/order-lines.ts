import type { TableName, Warehouse } from '@triad/shared/warehouse/warehouse.ts';
import { name as quoted, runDateParameter, tableText } from '../run/statements.ts';
import { type FileRows, type RowProblem, rejectRows } from './reject-rows.ts';
import type { Source } from './source.ts';

/** Counts of a load. */
export interface LoadCounts {
  /** Rows that fail at least one filter. */
  rejected: number;
  /** Rows that fail each filter; a row can fail several. */
  rejectedBy: Record<string, number>;
}

/** Counts the rows of `typed` that the filters reject. */
export async function countRejected(
  warehouse: Warehouse,
  { name, filters }: Source,
  typed: TableName,
): Promise<LoadCounts> {
  const entries = Object.entries(filters);
  if (entries.length === 0) return { rejected: 0, rejectedBy: {} };
  const all = entries.map(([, filter]) => `(${filter})`).join(' AND ');
  const counts = [all, ...entries.map(([, filter]) => filter)].map(
    (filter) => `COUNTIF(NOT IFNULL(${filter}, FALSE))`,
  );
  const { rows } = await warehouse.query({
    text: `SELECT ${counts.join(', ')} FROM ${tableText(typed)}`,
    origin: `the filters of source ${name}`,
  });
  const [rejected = 0, ...each] = (rows[0] ?? []).map(Number);
  const rejectedBy = Object.fromEntries(entries.map(([filter], at) => [filter, each[at] ?? 0]));
  return { rejected, rejectedBy };
}

/** Makes `lines` from the rows of `typed` that pass the filters, by the source's mapping. */
export async function mapRows(
  warehouse: Warehouse,
  source: Source,
  { typed, lines, runDate }: { typed: TableName; lines: TableName; runDate: string },
): Promise<void> {
  const { id_customer, id_order = 'CAST(_line AS STRING)', order_date, sales_ar } = source.rows;
  const filters = Object.values(source.filters).map((filter) => `(${filter})`);
  await warehouse.createTable(lines, {
    text: `SELECT
        @run_date AS run_date,
        _line AS line,
        ${id_customer} AS id_customer,
        ${id_order} AS id_order,
        ${order_date} AS order_date,
        ROUND(${sales_ar}, 2) AS sales_ar
      FROM ${tableText(typed)}
      WHERE ${filters.length > 0 ? filters.join(' AND ') : 'TRUE'}`,
    origin: `the rows of source ${source.name}`,
    parameters: runDateParameter(runDate),
  });
}

/** More than any order: beyond it a decimal point is missing, or a column is another one. */
const largestAmount = 1_000_000_000_000;

const problems: RowProblem[] = [
  { problem: 'no id_customer', condition: "id_customer IS NULL OR id_customer = ''" },
  { problem: 'no id_order', condition: 'id_order IS NULL' },
  { problem: 'no order_date', condition: 'order_date IS NULL' },
  { problem: 'an order_date before 1900', condition: "order_date < DATE '1900-01-01'" },
  { problem: 'an order_date after 2100', condition: "order_date > DATE '2100-12-31'" },
  { problem: 'no sales_ar that is a number', condition: 'sales_ar IS NULL' },
  { problem: 'a negative sales_ar', condition: 'sales_ar < 0' },
  { problem: `a sales_ar over ${largestAmount}`, condition: `sales_ar > ${largestAmount}` },
];

/** `SOURCE_ROWS_INVALID` when an order line is not what the RFM SQL counts on. */
export async function checkLines(
  warehouse: Warehouse,
  file: FileRows,
  { typed, lines, checked }: { typed: TableName; lines: TableName; checked: TableName },
): Promise<void> {
  const { source } = file;
  const origin = `the order lines of source ${source.name}`;
  const text = `SELECT * EXCEPT (line), line AS _line FROM ${tableText(lines)}`;
  await warehouse.createView(checked, { text, origin });
  await rejectRows(warehouse, file, checked, problems);

  const { unique } = source;
  if (!unique) return;
  const key = unique.map((column) => `file_rows.${quoted(column)}`).join(', ');
  await warehouse.createView(checked, {
    text: `SELECT _line, ROW_NUMBER() OVER (PARTITION BY ${key} ORDER BY _line) AS occurrence
      FROM ${tableText(typed)} AS file_rows
      JOIN ${tableText(lines)} AS order_lines ON order_lines.line = _line`,
    origin,
  });
  const problem = `values of ${unique.join(', ')} that an earlier row has`;
  await rejectRows(warehouse, file, checked, [{ problem, condition: 'occurrence > 1' }]);
}
