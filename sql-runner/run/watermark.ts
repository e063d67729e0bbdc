import { isoDate } from '@triad/shared/contracts/dates.ts';
import type { ManifestTable } from '@triad/shared/contracts/manifest.ts';
import type { Cell, Column } from '@triad/shared/warehouse/warehouse.ts';
import { name } from './statements.ts';

/**
 * How far the rows of a table reach, as GoogleSQL: the latest day of its first DATE column that is
 * not `run_date`, or else of `run_date`; NULL for a table with neither.
 */
export function watermarkText(columns: readonly Column[]): string {
  const days = columns.filter(({ type }) => type === 'DATE').map((column) => column.name);
  const day = days.find((column) => column !== 'run_date') ?? days[0];
  return day === undefined ? 'CAST(NULL AS DATE)' : `MAX(${name(day)})`;
}

/** A day as contracts write it; others, such as those after 9999, say nothing of freshness. */
const isDay = (cell: Cell | undefined): cell is string =>
  typeof cell === 'string' && isoDate.safeParse(cell).success;

/** What the manifest says of a table whose rows were counted; no rows reach nowhere. */
export const tableOf = (
  table: string,
  rows: number,
  watermark: Cell | undefined,
): ManifestTable => ({
  table,
  rows,
  ...(isDay(watermark) && { watermark }),
});
