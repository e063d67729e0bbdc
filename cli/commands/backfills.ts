import type { BackfillDetails, BackfillView } from '@triad/shared/contracts/backfill.ts';
import { cliExitCode } from '@triad/shared/errors/exit-code.ts';
import type { Command } from '../command-context.ts';
import type { Style } from '../render/style.ts';
import { renderTable } from '../render/table.ts';
import { askSystem, withSystem } from '../system/system-session.ts';

export interface BackfillsOptions {
  pipeline?: string;
  before?: string;
  /** Most backfills to list. */
  limit: number;
  json?: boolean;
}

/** `triad backfills`: the newest first, and how far they are. */
export const listBackfills: Command<[options: BackfillsOptions]> = (context, { json, ...filter }) =>
  askSystem(context, async ({ orchestrator }) => {
    const { out, err } = context.terminal;
    const found = await orchestrator.backfills(filter);
    if (json) out.line(JSON.stringify(found, null, 2));
    else if (found.backfills.length === 0) err.line('No backfills found.');
    else out.line(tableOf(found.backfills, out.style));
    if (!json && found.next) err.line(`There are more: --before ${found.next} lists them.`);
    return cliExitCode.ok;
  });

/** `triad backfills show`: one of them with its runs. */
export const showBackfill: Command<[id: string, options: { json?: boolean }]> = (
  context,
  id,
  { json },
) =>
  askSystem(context, async ({ orchestrator }) => {
    const { out } = context.terminal;
    const details = await orchestrator.backfillDetails(id);
    if (json) out.line(JSON.stringify(details, null, 2));
    else
      out.line([tableOf([details.backfill], out.style), runsOf(details, out.style)].join('\n\n'));
    return cliExitCode.ok;
  });

/** `triad backfills cancel`: starts no more of its runs and cancels those that run. */
export const cancelBackfill: Command<[id: string, options: { json?: boolean }]> = (
  context,
  id,
  { json },
) =>
  withSystem(context, async ({ orchestrator }) => {
    const { out } = context.terminal;
    const cancelled = await orchestrator.cancelBackfill(id);
    out.line(json ? JSON.stringify(cancelled, null, 2) : `Backfill ${id} is ${cancelled.state}.`);
    return cliExitCode.ok;
  });

function tableOf(found: BackfillView[], style: Style): string {
  const columns = ['backfill', 'pipeline', 'from', 'to', 'state', 'runs'];
  const rows = found.map(({ id, pipeline, from, to, state, progress }) => [
    id,
    pipeline,
    from,
    to,
    state,
    Object.entries(progress)
      .filter(([, count]) => count > 0)
      .map(([phase, count]) => `${count} ${phase}`)
      .join(', '),
  ]);
  return renderTable(
    columns.map((head) => ({ head })),
    rows,
    style,
  );
}

function runsOf({ runs }: BackfillDetails, style: Style): string {
  const columns = ['run date', 'run', 'state'].map((head) => ({ head }));
  const rows = runs.map(({ runDate, runId, state, error }) => [
    runDate,
    runId ?? '',
    state ?? error?.message ?? 'waiting',
  ]);
  return renderTable(columns, rows, style);
}
