import { cliExitCode } from '@triad/shared/errors/exit-code.ts';
import { resolveRunId } from '../api/resolve-run-id.ts';
import type { Command } from '../command-context.ts';
import { runText } from '../render/run-text.ts';
import { askSystem } from '../system/system-session.ts';

/** `triad show`: all there is to know of one run. */
export const show: Command<[run: string, options: { json?: boolean }]> = (context, id, { json }) =>
  askSystem(context, async ({ orchestrator }) => {
    const { out } = context.terminal;
    const run = await orchestrator.getRun(await resolveRunId(orchestrator, id));
    out.line(json ? JSON.stringify(run, null, 2) : runText(run, out.style, context.clock.now()));
    return cliExitCode.ok;
  });
