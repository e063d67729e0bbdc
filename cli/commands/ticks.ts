import type { TickView } from '@triad/shared/contracts/tick.ts';
import { cliExitCode } from '@triad/shared/errors/exit-code.ts';
import type { TickFilter } from '../api/orchestrator-api.ts';
import type { Command } from '../command-context.ts';
import { formatInstant } from '../render/quantities.ts';
import type { Style } from '../render/style.ts';
import { renderTable } from '../render/table.ts';
import { askSystem } from '../system/system-session.ts';

export interface TicksOptions extends TickFilter {
  json?: boolean;
}

/** `triad ticks`: what schedules promise, and what became of it; the latest first. */
export const ticks: Command<[options: TicksOptions]> = (context, { json, ...filter }) =>
  askSystem(context, async ({ orchestrator }) => {
    const { out, err } = context.terminal;
    const list = await orchestrator.ticks(filter);
    const { ticks: found, next } = list;
    if (json) out.line(JSON.stringify(list, null, 2));
    else if (found.length === 0) err.line('No ticks found.');
    else out.line(tableOf(found, out.style));
    if (!json && next !== null) err.line(`There are more: --before ${next} lists them.`);
    return cliExitCode.ok;
  });

function tableOf(found: TickView[], style: Style): string {
  const columns = ['pipeline', 'due (UTC)', 'run date', 'state', 'run or reason'];
  const rows = found.map((tick) => [
    tick.pipeline,
    formatInstant(tick.dueAt),
    tick.runDate,
    tick.state,
    tick.runId ?? tick.reason ?? '',
  ]);
  return renderTable(
    columns.map((head) => ({ head })),
    rows,
    style,
  );
}
