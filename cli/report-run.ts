import type { RunView } from '@triad/shared/contracts/run-view.ts';
import { toTriadError } from '@triad/shared/errors/triad-error.ts';
import type { CommandContext } from './command-context.ts';
import { keyMetrics } from './render/key-metrics.ts';
import { timeline } from './render/timeline.ts';
import { hasItsWarehouse } from './warehouse/has-its-warehouse.ts';
import { hasSegments, segmentTable } from './warehouse/segment-table.ts';

/** What came out of a run that succeeded, for a person. */
export async function printReport(context: CommandContext, run: RunView): Promise<void> {
  const { out } = context.terminal;
  const { strong, faint, good } = out.style;
  out.line(`${strong(run.pipeline)} ${run.runDate} ${good('succeeded')}  ${faint(run.runId)}`);
  for (const line of timeline(run, out.style)) out.line(line);
  const metrics = keyMetrics(run.metrics);
  if (metrics.length > 0) out.line(['', strong('Model'), ...metrics].join('\n'));
  if (hasSegments(run) && hasItsWarehouse(context))
    out.line(['', strong('Segments'), await segmentsOf(context, run)].join('\n'));
}

/** The run has succeeded, whether or not the warehouse answers now. */
async function segmentsOf(context: CommandContext, run: RunView): Promise<string> {
  try {
    return await segmentTable(context, run, context.terminal.out.style);
  } catch (error) {
    return `  They cannot be shown now: ${toTriadError(error).message}`;
  }
}
