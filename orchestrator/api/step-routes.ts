import { doneBy } from '@triad/shared/access/principal.ts';
import { runId, slug } from '@triad/shared/contracts/names.ts';
import type { RunEvent } from '@triad/shared/contracts/run-event.ts';
import { approvalRequest, runView, waiverRequest } from '@triad/shared/contracts/run-view.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { z } from 'zod';
import { decidedApproval } from '../run/events-of.ts';
import type { RunStatus } from '../run/run-status.ts';
import { runViewOf } from '../run/run-view-of.ts';
import type { StepStatus } from '../run/step-status.ts';
import { type Route, route } from './route.ts';
import type { RunRoutesOptions } from './run-routes.ts';

const oneStep = z.strictObject({ runId, step: slug });

/** What a person decides about one step of a run. */
export function stepRoutes({ state, engine, admission, clock }: RunRoutesOptions): Route[] {
  const change = async (
    { runId: id, step }: z.output<typeof oneStep>,
    reaction: (own: StepStatus, status: RunStatus) => RunEvent[],
  ) => {
    await engine.react(id, (_plan, status) => {
      const own = status.steps.get(step);
      if (!own) throw new TriadError('NOT_FOUND', { what: `step of run ${id}`, name: step });
      return reaction(own, status);
    });
    // A run that had finished goes on only when there is room for it.
    await admission.admit();
    const run = await state.getRun(id);
    if (!run) throw new TriadError('NOT_FOUND', { what: 'run', name: id });
    return runViewOf(run, clock.now());
  };
  const refuse = (run: string, step: string, found: string, expected: string): never => {
    throw new TriadError('RUN_STEP_STATE', { run, step, state: found, expected });
  };

  const decision = (verb: 'approve' | 'refuse', decided: 'approved' | 'refused') =>
    route({
      method: 'post',
      path: `/v1/runs/{runId}/steps/{step}:${verb}`,
      summary: `${verb === 'approve' ? 'Approve' : 'Refuse'} a step that waits for it.`,
      params: oneStep,
      body: approvalRequest,
      status: 202,
      response: runView,
      handle: ({ params, body, principal }) =>
        change(params, (own) =>
          own.state === 'awaiting'
            ? decidedApproval(params.step, decided, doneBy(principal, body.by), body.comment)
            : refuse(params.runId, params.step, own.state, 'it awaits no approval'),
        ),
    });

  return [
    decision('approve', 'approved'),
    decision('refuse', 'refused'),
    route({
      method: 'post',
      path: '/v1/runs/{runId}/steps/{step}:skip',
      summary: 'Let the run go on without a step that has not begun, or that failed.',
      params: oneStep,
      body: waiverRequest,
      status: 202,
      response: runView,
      handle: ({ params, body, principal }) =>
        change(params, (own, status) => {
          const by = doneBy(principal, body.by);
          const { reason } = body;
          const waived: RunEvent = { type: 'step_waived', step: params.step, by, reason };
          if (status.state === 'cancelling' || status.state === 'succeeded') {
            return refuse(params.runId, params.step, own.state, `and the run is ${status.state}`);
          }
          if (own.state === 'dispatched' || own.state === 'succeeded') {
            return refuse(
              params.runId,
              params.step,
              own.state,
              'only one that waits or failed can be skipped',
            );
          }
          return status.finishedAt ? [{ type: 'retry_requested' }, waived] : [waived];
        }),
    }),
  ];
}
