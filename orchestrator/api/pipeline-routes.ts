import { instant, isoDate } from '@triad/shared/contracts/dates.ts';
import { slug } from '@triad/shared/contracts/names.ts';
import { type Pipeline, pipeline as pipelineSchema } from '@triad/shared/contracts/pipeline.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { StateStore } from '@triad/shared/state/state-store.ts';
import { z } from 'zod';
import { type Route, route } from './route.ts';

const tickList = z.strictObject({
  ticks: z.array(
    z.strictObject({
      pipeline: slug,
      dueAt: instant,
      runDate: isoDate,
      runId: z.string().nullable().describe('Null until the tick fired.'),
    }),
  ),
});

export function pipelineRoutes(
  pipelines: ReadonlyMap<string, Pipeline>,
  state: StateStore,
): Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/pipelines',
      summary: 'List the pipelines.',
      status: 200,
      response: z.strictObject({ pipelines: z.array(pipelineSchema) }),
      handle: async () => ({ pipelines: [...pipelines.values()] }),
    }),
    route({
      method: 'get',
      path: '/v1/pipelines/{name}',
      summary: 'Show a pipeline: parameters, steps, schedule.',
      params: z.strictObject({ name: slug }),
      status: 200,
      response: pipelineSchema,
      async handle({ params: { name } }) {
        const pipeline = pipelines.get(name);
        if (!pipeline) throw new TriadError('NOT_FOUND', { what: 'pipeline', name });
        return pipeline;
      },
    }),
    route({
      method: 'get',
      path: '/v1/ticks',
      summary: 'List expected and fired ticks of all schedules, newest first.',
      query: z.strictObject({ limit: z.coerce.number().int().min(1).max(500).default(50) }),
      status: 200,
      response: tickList,
      async handle({ query }) {
        const ticks = await state.listTicks(query.limit);
        return { ticks: ticks.map((tick) => ({ ...tick, dueAt: tick.dueAt.toISOString() })) };
      },
    }),
  ];
}
