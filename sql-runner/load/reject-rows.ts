import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { TableName, Warehouse } from '@triad/shared/warehouse/warehouse.ts';
import { sampleOf } from '../run/sample.ts';
import { names, tableText } from '../run/statements.ts';
import type { Source } from './source.ts';

/** The rows of a source as they were read. */
export interface FileRows {
  source: Source;
  /** For messages: the file, or what else the rows came from. */
  path: string;
  /** `_line` and the declared columns. */
  table: TableName;
}

/** Something that no row may have, as GoogleSQL. */
export interface RowProblem {
  problem: string;
  condition: string;
}

/**
 * `SOURCE_ROWS_INVALID` when rows of `checked`, which has a column `_line`, have a problem: it
 * tells how many, and shows the first one as it stands in the file.
 */
export async function rejectRows(
  warehouse: Warehouse,
  { source, path, table }: FileRows,
  checked: TableName,
  problems: readonly RowProblem[],
): Promise<void> {
  if (problems.length === 0) return;
  const origin = `the checks of source ${source.name}`;
  const counts = problems.map(({ condition }) => `COUNTIF(${condition})`);
  const { rows } = await warehouse.query({
    text: `SELECT ${counts.join(', ')} FROM ${tableText(checked)}`,
    origin,
  });
  const at = rows[0]?.findIndex((count) => Number(count) > 0) ?? -1;
  const found = problems[at];
  if (!found) return;
  const first = await warehouse.query({
    text: `SELECT _line, ${names(Object.keys(source.columns))} FROM ${tableText(table)}
      WHERE _line = (SELECT MIN(_line) FROM ${tableText(checked)} WHERE ${found.condition})`,
    origin,
  });
  const { columns, rows: sample } = first;
  throw new TriadError('SOURCE_ROWS_INVALID', {
    source: source.name,
    count: Number(rows[0]?.[at]),
    path,
    problem: found.problem,
    row: String(sample[0]?.[0]),
    sample: sampleOf({ columns: columns.slice(1), rows: sample.map((row) => row.slice(1)) }),
  });
}
