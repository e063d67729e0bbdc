import type { RunView } from '@triad/shared/contracts/run-view.ts';
import type { CommandContext } from './command-context.ts';
import { keyMetrics } from './render/key-metrics.ts';
import { timeline } from './render/timeline.ts';

/** What came out of a run that succeeded, for a person. */
export async function printReport(context: CommandContext, run: RunView): Promise<void> {
  const { out } = context.terminal;
  const { style } = out;
  out.line(
    `${style.strong(run.pipeline)} ${run.runDate} ${style.good('succeeded')}  ${style.faint(run.runId)}`,
  );
  for (const line of timeline(run, style)) out.line(line);
  for (const line of keyMetrics(run.metrics)) out.line(line);
}
