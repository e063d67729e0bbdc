import type { Clock } from '@triad/shared/clock/clock.ts';
import { runId } from '@triad/shared/contracts/names.ts';
import type { Pipeline } from '@triad/shared/contracts/pipeline.ts';
import type { RunPlan } from '@triad/shared/contracts/run-plan.ts';
import {
  createRunRequest,
  rerunRequest,
  runList,
  runView,
} from '@triad/shared/contracts/run-view.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { RunRow, StateStore } from '@triad/shared/state/state-store.ts';
import { z } from 'zod';
import type { Admission } from '../admit/admission.ts';
import { canonicalJson } from '../plan/canonical-json.ts';
import type { RunRequest } from '../plan/plan-run.ts';
import { resolveParams } from '../plan/resolve-params.ts';
import type { RunEngine } from '../run/run-engine.ts';
import type { RunStarter } from '../run/run-starter.ts';
import { runViewOf } from '../run/run-view-of.ts';
import { type Route, route } from './route.ts';
import { filterOf, runQuery } from './run-query.ts';

export interface RunRoutesOptions {
  state: StateStore;
  engine: RunEngine;
  starter: RunStarter;
  admission: Admission;
  pipelines: ReadonlyMap<string, Pipeline>;
  clock: Clock;
}

const oneRun = z.strictObject({ runId });

export function runRoutes(options: RunRoutesOptions): Route[] {
  const { state, engine, starter, admission, pipelines, clock } = options;

  const stored = async (id: string) => {
    const run = await state.getRun(id);
    if (!run) throw new TriadError('NOT_FOUND', { what: 'run', name: id });
    return run;
  };
  const view = async (id: string) => runViewOf(await stored(id), clock.now());
  const pipelineNamed = (name: string) => {
    const pipeline = pipelines.get(name);
    if (!pipeline) throw new TriadError('NOT_FOUND', { what: 'pipeline', name });
    return pipeline;
  };
  /** Requests with the same key are one request: whoever missed the answer asks again. */
  const startOnce = async (request: RunRequest, key: string | undefined) => {
    const cause = key === undefined ? null : `request/${key}`;
    const id = await starter.start({ ...request, cause });
    if (id) return view(id);
    if (cause === null) throw new Error('a run without a cause was refused');
    const { plan } = await stored((await state.runOfCause(cause)) ?? '');
    if (!isSameRequest(request, plan)) {
      throw new TriadError('IDEMPOTENCY_KEY_REUSED', { key: key ?? '' });
    }
    return view(plan.runId);
  };

  return [
    route({
      method: 'post',
      path: '/v1/runs',
      summary: 'Start a run of a pipeline for a run date.',
      body: createRunRequest,
      status: 201,
      response: runView,
      async handle({ body, idempotencyKey }) {
        const pipeline = pipelineNamed(body.pipeline);
        return startOnce({ ...body, pipeline, trigger: 'manual' }, idempotencyKey);
      },
      audit: ({ body: { pipeline, runDate } }, result) => {
        return { pipeline, runDate, runId: oneRun.strip().parse(result).runId };
      },
    }),
    route({
      method: 'get',
      path: '/v1/runs',
      summary: 'List runs, newest first.',
      query: runQuery,
      status: 200,
      response: runList,
      async handle({ query }) {
        const { limit, ...filter } = query;
        const rows = await state.listRuns({ ...filterOf(filter), limit: limit + 1 });
        const page = rows.slice(0, limit);
        const next = rows.length > limit ? (page.at(-1)?.runId ?? null) : null;
        return { runs: page.map(summaryOf), next };
      },
    }),
    route({
      method: 'get',
      path: '/v1/runs/{runId}',
      summary:
        'Show a run: steps, attempts, times, outputs, errors, metrics, and what it waits for.',
      params: oneRun,
      status: 200,
      response: runView,
      async handle({ params }) {
        const run = await stored(params.runId);
        return { ...runViewOf(run, clock.now()), waitsFor: await admission.waitsFor(run) };
      },
    }),
    route({
      method: 'post',
      path: '/v1/runs/{runId}:cancel',
      summary: 'Stop a run and the jobs it started.',
      params: oneRun,
      status: 202,
      response: runView,
      async handle({ params: { runId: id } }) {
        await stored(id);
        await engine.react(id, (_plan, status) => {
          if (status.finishedAt) {
            throw new TriadError('RUN_NOT_ACTIVE', { run: id, state: status.state });
          }
          return status.state === 'cancelling' ? [] : [{ type: 'cancel_requested' }];
        });
        return view(id);
      },
    }),
    route({
      method: 'post',
      path: '/v1/runs/{runId}:retry',
      summary: 'Go on with a failed or cancelled run from the steps that did not succeed.',
      params: oneRun,
      status: 202,
      response: runView,
      async handle({ params: { runId: id } }) {
        await stored(id);
        await engine.react(id, (_plan, status) => {
          if (status.state !== 'failed' && status.state !== 'cancelled') {
            throw new TriadError('RUN_NOT_RETRYABLE', { run: id, state: status.state });
          }
          return [{ type: 'retry_requested' }];
        });
        await admission.admit();
        return view(id);
      },
    }),
    route({
      method: 'post',
      path: '/v1/runs/{runId}:rerun',
      summary: 'Start a new run like this one, with changes.',
      params: oneRun,
      body: rerunRequest,
      status: 201,
      response: runView,
      async handle({ params: { runId: id }, body, idempotencyKey }) {
        const { plan } = await stored(id);
        const pipeline =
          body.definition === 'current' ? pipelineNamed(plan.pipeline.name) : plan.pipeline;
        const { runDate, interval, seed, priority } = plan;
        const request = { pipeline, runDate, interval, priority, trigger: 'rerun' as const };
        const changes = {
          params: { ...plan.params, ...body.params },
          seed: body.seed ?? seed,
          fresh: body.fresh,
        };
        return startOnce({ ...request, ...changes, rerunOf: id }, idempotencyKey);
      },
    }),
  ];
}

/** Whether a run is what a request with these parameters would have made. */
function isSameRequest(request: RunRequest, plan: RunPlan): boolean {
  const { pipeline, runDate, params, seed = 0, rerunOf = null } = request;
  return (
    rerunOf === plan.rerunOf &&
    pipeline.name === plan.pipeline.name &&
    runDate === plan.runDate &&
    seed === plan.seed &&
    canonicalJson(resolveParams(plan.pipeline, params)) === canonicalJson(plan.params)
  );
}

const summaryOf = (row: RunRow) => ({
  ...row,
  createdAt: row.createdAt.toISOString(),
  finishedAt: row.finishedAt?.toISOString() ?? null,
});
