import type { Judge } from '../evidence.ts';
import { publishedTable } from './published-table.ts';

export const partition: Judge<'partition'> = ({ table }, { manifest, plan }) => {
  const rows = publishedTable(manifest, table)?.rows;
  return {
    name: `partition of ${table}`,
    ok: rows !== undefined && rows > 0,
    expected: `rows of ${plan.runDate}`,
    actual: rows === undefined ? 'the table was not published' : `${rows} rows`,
  };
};
