import type { RunView } from '@triad/shared/contracts/run-view.ts';
import { cliExitCode } from '@triad/shared/errors/exit-code.ts';
import type { CommandContext } from './command-context.ts';
import { errorText } from './render/error-text.ts';
import { nextText } from './render/next-text.ts';
import { formatDuration } from './render/quantities.ts';
import { hasItsWarehouse } from './warehouse/has-its-warehouse.ts';

/** Tells how a run ended: its view as JSON, a report for a person, or a line. */
export async function concludeRun(
  context: CommandContext,
  run: RunView,
  { json }: { json?: boolean },
): Promise<number> {
  const { out, err } = context.terminal;
  const hasSucceeded = run.state === 'succeeded';
  if (json) out.line(JSON.stringify(run, null, 2));
  else if (hasSucceeded && out.isTerminal) await reportToPerson(context, run);
  else out.line(`Run ${run.runId} ${endOf(run)} after ${formatDuration(lasted(run))}.`);
  if (run.error) err.line(errorText(run.error, err.style));
  if (!json && !hasSucceeded) err.line(nextText(remediesOf(run)));
  return hasSucceeded ? cliExitCode.ok : cliExitCode.failed;
}

async function reportToPerson(context: CommandContext, run: RunView): Promise<void> {
  const { printReport } = await import('./report-run.ts');
  await printReport(context, run);
  const questions = questionsTo(run, hasItsWarehouse(context));
  context.terminal.out.line(['', nextText(questions)].join('\n'));
}

const endOf = ({ state }: RunView): string => (state === 'cancelled' ? 'was cancelled' : state);

/** What to ask of a run that succeeded. */
function questionsTo({ runId, steps }: RunView, hasWarehouse: boolean): string[] {
  const table = steps.flatMap(({ tables }) => tables).at(-1)?.table;
  const select =
    table === undefined || !hasWarehouse ? [] : [`sql "SELECT * FROM ${table} LIMIT 10"`];
  return [`show ${runId}`, ...select];
}

/** What to do about a run that did not succeed. */
function remediesOf({ runId, steps }: RunView): string[] {
  const failed = steps.find(({ state }) => state === 'failed');
  return [...(failed ? [`logs ${runId} ${failed.name}`] : []), `retry ${runId}`];
}

const lasted = ({ createdAt, finishedAt }: RunView): number =>
  Date.parse(finishedAt ?? createdAt) - Date.parse(createdAt);
