import type { RunSummary } from '@triad/shared/contracts/run-view.ts';
import { cliExitCode } from '@triad/shared/errors/exit-code.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { OrchestratorApi, RunFilter } from '../api/orchestrator-api.ts';
import { resolveRunId } from '../api/resolve-run-id.ts';
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
export const runs: Command<[options: RunsOptions]> = (context, { limit, json, ...options }) =>
  askSystem(context, async ({ orchestrator }) => {
    const { out, err } = context.terminal;
    const { before, ...filter } = options;
    const start = before === undefined ? {} : { before: await resolveRunId(orchestrator, before) };
    const { found, next } = await firstOf(orchestrator.runs({ ...filter, ...start }), limit);
    if (found.length === 0) await refuseUnknownPipeline(orchestrator, filter.pipeline);
    if (json) out.line(JSON.stringify({ runs: found, next }, null, 2));
    else if (found.length === 0) err.line('No runs found.');
    else out.line(tableOf(found, out.style));
    if (!json && next !== null) err.line(`There are more: --before ${next} lists them.`);
    return cliExitCode.ok;
  });

/** At most `limit` runs, and the last of them as `next` when there are more. */
async function firstOf(runs: AsyncIterable<RunSummary>, limit: number) {
  const found: RunSummary[] = [];
  for await (const run of runs) {
    if (found.length === limit) return { found, next: found.at(-1)?.runId ?? null };
    found.push(run);
  }
  return { found, next: null };
}

/** A pipeline that has runs may be gone by now; one without any must exist. */
async function refuseUnknownPipeline(orchestrator: OrchestratorApi, name: string | undefined) {
  if (name === undefined) return;
  const known = (await orchestrator.pipelines()).map((pipeline) => pipeline.name);
  if (known.includes(name)) return;
  const fix = `Use one of those that triad pipelines lists: ${known.join(', ')}.`;
  throw Object.assign(new TriadError('NOT_FOUND', { what: 'pipeline', name }), { fix });
}

function tableOf(found: RunSummary[], style: Style): string {
  const columns = ['run', 'pipeline', 'run date', 'state', 'created (UTC)', 'took', 'error'];
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
