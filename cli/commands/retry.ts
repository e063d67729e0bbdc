import { resolveRunId } from '../api/resolve-run-id.ts';
import type { Command } from '../command-context.ts';
import { concludeRun } from '../conclude-run.ts';
import { withSystem } from '../system/system-session.ts';
import { awaitOtherRuns, watchRun } from '../watch-run.ts';

/** `triad retry`: goes on with a run from the steps that did not succeed. */
export const retry: Command<[run: string, options: { json?: boolean }]> = (context, id, options) =>
  withSystem(context, async (session) => {
    const runId = await resolveRunId(session.orchestrator, id);
    const ended = await watchRun(context, session, await session.orchestrator.retryRun(runId));
    const exitCode = await concludeRun(context, ended, options);
    await awaitOtherRuns(context, session);
    return exitCode;
  });
