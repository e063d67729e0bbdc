import { cliExitCode } from '@triad/shared/errors/exit-code.ts';
import { resolveRunId } from '../api/resolve-run-id.ts';
import type { Command } from '../command-context.ts';
import { withSystem } from '../system/system-session.ts';
import { watchRun } from '../watch-run.ts';

/** `triad cancel`: stops a run and waits until its jobs have stopped. */
export const cancel: Command<[run: string, options: { json?: boolean }]> = (
  context,
  id,
  { json },
) =>
  withSystem(context, async (session) => {
    const { out } = context.terminal;
    const runId = await resolveRunId(session.orchestrator, id);
    const ended = await watchRun(context, session, await session.orchestrator.cancelRun(runId));
    out.line(json ? JSON.stringify(ended, null, 2) : `Run ${runId} is ${ended.state}.`);
    return ended.state === 'cancelled' ? cliExitCode.ok : cliExitCode.failed;
  });
