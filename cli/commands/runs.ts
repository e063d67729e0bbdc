import type { RunSummary } from '@triad/shared/contracts/run-view.ts';
import { cliExitCode } from '@triad/shared/errors/exit-code.ts';
import type { RunFilter } from '../api/orchestrator-api.ts';
import type { Command } from '../command-context.ts';
import { formatDuration, formatInstant } from '../render/quantities.ts';
import { runStateText } from '../render/state-glyph.ts';
import type { Style } from '../render/style.ts';
import { renderTable } from '../render/table.ts';
import { askSystem } from '../system/system-session.ts';

export interface RunsOptions extends RunFilter {
  /** Most runs to list. */
  limit: number;
  json?: boolean;
}

/** `triad runs`: the newest runs first. */
export const runs: Command<[options: RunsOptions]> = (context, { limit, json, ...filter }) =>
  askSystem(context, async ({ orchestrator }) => {
    const { out, err } = context.terminal;
    const found: RunSummary[] = [];
    for await (const run of orchestrator.runs(filter)) {
      if (found.push(run) === limit) break;
    }
    if (json) out.line(JSON.stringify({ runs: found }, null, 2));
    else if (found.length === 0) err.line('No runs found.');
    else out.line(tableOf(found, out.style));
    return cliExitCode.ok;
  });

function tableOf(found: RunSummary[], style: Style): string {
  const columns = ['run', 'pipeline', 'run date', 'state', 'started (UTC)', 'took', 'error'];
  const rows = found.map((run) => [
    run.runId,
    run.pipeline,
    run.runDate,
    runStateText(run.state, style),
    formatInstant(run.createdAt),
    run.finishedAt === null
      ? ''
      : formatDuration(Date.parse(run.finishedAt) - Date.parse(run.createdAt)),
    run.error?.code ?? '',
  ]);
  return renderTable(
    columns.map((head) => ({ head })),
    rows,
    style,
  );
}
