import { slug } from '@triad/shared/contracts/names.ts';
import { type Pipeline, pipeline as pipelineSchema } from '@triad/shared/contracts/pipeline.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { z } from 'zod';
import { type Route, route } from './route.ts';

export function pipelineRoutes(pipelines: ReadonlyMap<string, Pipeline>): Route[] {
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
  ];
}
