import type { RunView } from '@triad/shared/contracts/run-view.ts';
import { cliExitCode } from '@triad/shared/errors/exit-code.ts';
import type { OrchestratorApi } from '../api/orchestrator-api.ts';
import { resolveRunId } from '../api/resolve-run-id.ts';
import type { Command } from '../command-context.ts';
import { withSystem } from '../system/system-session.ts';

interface DecisionOptions {
  by?: string;
  comment?: string;
  json?: boolean;
}
type StepCommand<O> = Command<[run: string, step: string, options: O]>;

/** `triad approve`: lets a run go on that waits for it. */
export const approve: StepCommand<DecisionOptions> = (context, run, step, options) =>
  change(context, run, options, 'approved', step, (api, runId) =>
    api.decideApproval(runId, step, 'approve', decisionOf(context.user, options)),
  );

/** `triad refuse`: fails a step that waits for an approval. */
export const refuse: StepCommand<DecisionOptions> = (context, run, step, options) =>
  change(context, run, options, 'refused', step, (api, runId) =>
    api.decideApproval(runId, step, 'refuse', decisionOf(context.user, options)),
  );

/** `triad skip`: lets a run go on without a step. */
export const skip: StepCommand<{ reason: string; by?: string; json?: boolean }> = (
  context,
  run,
  step,
  options,
) =>
  change(context, run, options, 'skipped', step, (api, runId) =>
    api.skipStep(runId, step, { by: options.by ?? context.user, reason: options.reason }),
  );

const decisionOf = (user: string, { by = user, comment = '' }: DecisionOptions) => ({
  by,
  comment,
});

const change = (
  context: Parameters<Command<[]>>[0],
  id: string,
  { json }: { json?: boolean },
  verb: string,
  step: string,
  act: (api: OrchestratorApi, runId: string) => Promise<RunView>,
): Promise<number> =>
  withSystem(context, async ({ orchestrator }) => {
    const runId = await resolveRunId(orchestrator, id);
    const run = await act(orchestrator, runId);
    const text = `Step ${step} of run ${runId} is ${verb}; the run is ${run.state}.`;
    context.terminal.out.line(json ? JSON.stringify(run, null, 2) : text);
    return cliExitCode.ok;
  });
