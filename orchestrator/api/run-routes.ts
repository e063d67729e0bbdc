import { runId } from '@triad/shared/contracts/names.ts';
import type { Pipeline } from '@triad/shared/contracts/pipeline.ts';
import { createRunRequest, runList, runView } from '@triad/shared/contracts/run-view.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { RunRow, StateStore } from '@triad/shared/state/state-store.ts';
import { z } from 'zod';
import type { RunEngine } from '../run/run-engine.ts';
import type { RunStarter } from '../run/run-starter.ts';
import { runViewOf } from '../run/run-view-of.ts';
import { type Route, route } from './route.ts';
import { filterOf, runQuery } from './run-query.ts';

export interface RunRoutesOptions {
  state: StateStore;
  engine: RunEngine;
  starter: RunStarter;
  pipelines: ReadonlyMap<string, Pipeline>;
}

const oneRun = z.strictObject({ runId });

export function runRoutes(options: RunRoutesOptions): Route[] {
  const { state, engine, starter, pipelines } = options;

  const view = async (id: string) => {
    const run = await state.getRun(id);
    if (!run) throw new TriadError('NOT_FOUND', { what: 'run', name: id });
    return runViewOf(run);
  };

  return [
    route({
      method: 'post',
      path: '/v1/runs',
      summary: 'Start a run of a pipeline for a run date.',
      body: createRunRequest,
      status: 201,
      response: runView,
      async handle({ body }) {
        const pipeline = pipelines.get(body.pipeline);
        if (!pipeline) throw new TriadError('NOT_FOUND', { what: 'pipeline', name: body.pipeline });
        const id = await starter.start({ ...body, pipeline, trigger: 'manual' });
        if (!id) throw new Error('a run without a cause was refused');
        return view(id);
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
      summary: 'Show a run: steps, attempts, times, outputs, errors, metrics.',
      params: oneRun,
      status: 200,
      response: runView,
      handle: ({ params }) => view(params.runId),
    }),
    route({
      method: 'post',
      path: '/v1/runs/{runId}:cancel',
      summary: 'Stop a run and the jobs it started.',
      params: oneRun,
      status: 202,
      response: runView,
      async handle({ params: { runId: id } }) {
        await view(id);
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
        await view(id);
        await engine.react(id, (_plan, status) => {
          if (status.state !== 'failed' && status.state !== 'cancelled') {
            throw new TriadError('RUN_NOT_RETRYABLE', { run: id, state: status.state });
          }
          return [{ type: 'retry_requested' }];
        });
        return view(id);
      },
    }),
  ];
}

const summaryOf = (row: RunRow) => ({
  ...row,
  createdAt: row.createdAt.toISOString(),
  finishedAt: row.finishedAt?.toISOString() ?? null,
});
