import { resolveRunId } from '../api/resolve-run-id.ts';
import type { Command } from '../command-context.ts';
import { concludeRun } from '../conclude-run.ts';
import { coerceParams } from '../params/coerce-params.ts';
import { withSystem } from '../system/system-session.ts';
import { awaitOtherRuns, watchRun } from '../watch-run.ts';

interface RerunOptions {
  /** As typed, by name. */
  param?: Record<string, string>;
  seed?: number;
  fresh?: boolean;
  /** Take the pipeline as it is now. */
  current?: boolean;
  json?: boolean;
}

/** `triad rerun`: a new run like an earlier one, with what was changed. */
export const rerun: Command<[run: string, options: RerunOptions]> = (context, id, options) =>
  withSystem(context, async (session) => {
    const { orchestrator } = session;
    const runId = await resolveRunId(orchestrator, id);
    const pipeline = await orchestrator.pipeline((await orchestrator.getRun(runId)).pipeline);
    const { param = {}, seed, fresh, current } = options;
    const started = await orchestrator.rerunRun(runId, {
      params: coerceParams(pipeline, param),
      definition: current ? 'current' : 'pinned',
      ...(seed !== undefined && { seed }),
      ...(fresh && { fresh }),
    });
    const ended = await watchRun(context, session, started);
    const exitCode = await concludeRun(context, ended, options);
    await awaitOtherRuns(context, session);
    return exitCode;
  });
