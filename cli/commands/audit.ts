import type { AuditEntry } from '@triad/shared/contracts/access.ts';
import { cliExitCode } from '@triad/shared/errors/exit-code.ts';
import type { AuditFilter } from '../api/access-api.ts';
import type { Command } from '../command-context.ts';
import { formatInstant } from '../render/quantities.ts';
import type { Style } from '../render/style.ts';
import { renderTable } from '../render/table.ts';
import { askSystem } from '../system/system-session.ts';

/** `triad audit`: who did what, newest first. */
export const audit: Command<[options: AuditFilter & { json?: boolean }]> = (
  context,
  { json, ...filter },
) =>
  askSystem(context, async ({ orchestrator }) => {
    const { out, err } = context.terminal;
    const page = await orchestrator.access.audit(filter);
    if (json) out.line(JSON.stringify(page, null, 2));
    else if (page.entries.length === 0) err.line('Nothing was done.');
    else out.line(tableOf(page.entries, out.style));
    if (!json && page.next !== null) err.line(`There are more: --before ${page.next} lists them.`);
    return cliExitCode.ok;
  });

function tableOf(entries: AuditEntry[], style: Style): string {
  const columns = ['at (UTC)', 'who', 'outcome', 'action', 'on', 'details'];
  const rows = entries.map((entry) => [
    formatInstant(entry.at),
    entry.actor,
    entry.outcome,
    entry.action,
    entry.target,
    JSON.stringify(entry.details),
  ]);
  return renderTable(
    columns.map((head) => ({ head })),
    rows,
    style,
  );
}
