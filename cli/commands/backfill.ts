import { sleep } from '@triad/shared/clock/clock.ts';
import type { BackfillAnswer } from '@triad/shared/contracts/backfill.ts';
import { cliExitCode } from '@triad/shared/errors/exit-code.ts';
import type { Command, CommandContext } from '../command-context.ts';
import { coerceParams } from '../params/coerce-params.ts';
import type { Style } from '../render/style.ts';
import { renderTable } from '../render/table.ts';
import { type SystemSession, withSystem } from '../system/system-session.ts';

export interface BackfillOptions {
  from: string;
  to: string;
  dryRun?: boolean;
  onlyMissing?: boolean;
  concurrency: number;
  priority?: number;
  /** As typed, by name. */
  param?: Record<string, string>;
  json?: boolean;
}

/** `triad backfill`: runs a pipeline for a range of run dates, or tells what that would run. */
export const backfill: Command<[pipeline: string, options: BackfillOptions]> = (
  context,
  name,
  { json, dryRun = false, onlyMissing = false, param = {}, ...request },
) =>
  withSystem(context, async (session) => {
    const { out } = context.terminal;
    const pipeline = await session.orchestrator.pipeline(name);
    const answer = await session.orchestrator.backfill(name, {
      ...request,
      dryRun,
      onlyMissing,
      params: coerceParams(pipeline, param),
    });
    if (json) out.line(JSON.stringify(answer, null, 2));
    else for (const line of linesOf(answer, out.style)) out.line(line);
    if (answer.backfill) await awaitBackfill(context, session, answer.backfill.id);
    return cliExitCode.ok;
  });

/** A system of our own goes on until the backfill has ended; one that keeps running does it alone. */
async function awaitBackfill(
  { terminal, clock }: CommandContext,
  session: SystemSession,
  id: string,
): Promise<void> {
  if (!session.isTemporary) return;
  terminal.err.line('Waiting for its runs; after Ctrl-C they go on when the system runs again.');
  for (;;) {
    const { backfill } = await session.persist(({ orchestrator }) =>
      orchestrator.backfillDetails(id),
    );
    if (backfill.finishedAt !== null) return;
    await sleep(clock, POLL_MS);
  }
}

const POLL_MS = 500;

function linesOf({ backfill: made, dates }: BackfillAnswer, style: Style): string[] {
  const columns = ['run date', 'interval end (UTC)', 'there is', 'runs'];
  const rows = dates.map(({ runDate, interval, existing, isIncluded }) => [
    runDate,
    interval?.end.slice(0, 16).replace('T', ' ') ?? '',
    existing ? `${existing.state} ${existing.runId}` : '',
    isIncluded ? 'yes' : 'no',
  ]);
  const table = renderTable(
    columns.map((head) => ({ head })),
    rows,
    style,
  );
  const count = dates.filter(({ isIncluded }) => isIncluded).length;
  const runs = count === 1 ? '1 run' : `${count} runs`;
  if (!made) return [table, `${runs}; without --dry-run they are started.`];
  return [`Backfill ${made.id}: ${runs}, at most ${made.concurrency} at a time.`];
}
