import type { Evidence, Judge } from '../evidence.ts';
import { closeTo, judgeNumber, type Requirement, within } from '../requirements.ts';
import { publishedTable } from './published-table.ts';

export const rows: Judge<'rows'> = async ({ table, min, max, maxChange }, evidence) =>
  judgeNumber(`rows of ${table}`, publishedTable(evidence.manifest, table)?.rows, [
    ...within({ min, max }),
    ...(maxChange === undefined ? [] : await closeToPrevious(table, maxChange, evidence)),
  ]);

/** Of no rows there is no fraction, so that after none any number will do. */
async function closeToPrevious(
  table: string,
  maxChange: number,
  { previous }: Evidence,
): Promise<Requirement[]> {
  const before = publishedTable((await previous())?.result, table)?.rows;
  if (!before) return [];
  return closeTo(before, { drop: before * maxChange, rise: before * maxChange });
}
