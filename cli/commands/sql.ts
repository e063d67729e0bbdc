import { cliExitCode } from '@triad/shared/errors/exit-code.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { Command } from '../command-context.ts';
import { formatBytes, formatCount, formatRows } from '../render/quantities.ts';
import type { Style } from '../render/style.ts';
import { renderTable } from '../render/table.ts';
import { hasItsWarehouse } from '../warehouse/has-its-warehouse.ts';
import { type QueryTable, readQueryTable } from '../warehouse/query-table.ts';
import { bytesReadBy, queryWarehouse } from '../warehouse/query-warehouse.ts';

export interface SqlOptions {
  json?: boolean;
  csv?: boolean;
  dryRun?: boolean;
}

/** Rows of a table that a person is shown; --json and --csv give all. */
const SHOWN_ROWS = 1000;

const numericTypes = new Set(['INT64', 'FLOAT64', 'NUMERIC']);

/** `triad sql`: one SELECT on the published tables. */
export const sql: Command<[query: string, options: SqlOptions]> = async (
  context,
  query,
  { json, csv, dryRun },
) => {
  const { out, err } = context.terminal;
  if (query.trim() === '') throw new TriadError('USAGE', { reason: 'The query is empty.' });
  if (!hasItsWarehouse(context)) {
    const reason =
      'TRIAD_URL names a system elsewhere, and its tables are asked for in its warehouse: set TRIAD_PROFILE=gcp and its variables, or unset TRIAD_URL for the tables of this home.';
    throw new TriadError('USAGE', { reason });
  }
  if (json && csv) throw new TriadError('USAGE', { reason: 'Give --json or --csv, not both.' });
  if (dryRun) {
    if (csv) throw new TriadError('USAGE', { reason: 'A dry run gives no rows: not with --csv.' });
    const bytesRead = await bytesReadBy(context, query);
    const told = `It would read ${formatBytes(bytesRead)}, and has read nothing.`;
    out.line(json ? JSON.stringify({ bytesRead }) : told);
    return cliExitCode.ok;
  }
  if (json || csv) {
    out.line(await queryWarehouse(context, query, json ? 'json' : 'csv'));
    return cliExitCode.ok;
  }
  const table = await readQueryTable(context, query);
  out.line(tableText(table, out.style));
  err.line(err.style.faint(countText(table.rows.length)));
  return cliExitCode.ok;
};

function tableText({ columns, rows }: QueryTable, style: Style): string {
  const heads = columns.map(({ name, type }) => ({
    head: name,
    align: numericTypes.has(type) ? ('right' as const) : ('left' as const),
  }));
  const shown = rows.slice(0, SHOWN_ROWS).map((row) => row.map((cell) => cell ?? 'NULL'));
  return renderTable(heads, shown, style);
}

function countText(rows: number): string {
  if (rows <= SHOWN_ROWS) return formatRows(rows);
  return `${formatRows(rows)}, of which the first ${formatCount(SHOWN_ROWS)} are shown; --csv gives all`;
}
