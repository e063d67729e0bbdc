import {
  type BackfillDetails,
  type BackfillView,
  backfillAnswer,
  backfillDetails,
  backfillList,
  backfillRequest,
  backfillView,
} from '@triad/shared/contracts/backfill.ts';
import { slug } from '@triad/shared/contracts/names.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { Backfill } from '@triad/shared/state/backfill-store.ts';
import { z } from 'zod';
import type { Backfills } from '../backfill/backfills.ts';
import { type Route, route } from './route.ts';

const oneBackfill = z.strictObject({ id: z.string().min(1) });

const backfillQuery = z.strictObject({
  pipeline: slug.optional(),
  before: z.string().min(1).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});

export function backfillRoutes(backfills: Backfills): Route[] {
  const { store } = backfills;

  const viewOf = async (backfill: Backfill): Promise<BackfillView> => ({
    ...backfill,
    progress: await store.progress(backfill.id),
    createdAt: backfill.createdAt.toISOString(),
    finishedAt: backfill.finishedAt?.toISOString() ?? null,
  });
  const found = async (id: string): Promise<Backfill> => {
    const backfill = await store.get(id);
    if (!backfill) throw new TriadError('NOT_FOUND', { what: 'backfill', name: id });
    return backfill;
  };

  return [
    route({
      method: 'post',
      path: '/v1/pipelines/{name}:backfill',
      summary: 'Run a pipeline for a range of run dates, or tell what that would run.',
      params: z.strictObject({ name: slug }),
      body: backfillRequest,
      status: 200,
      response: backfillAnswer,
      async handle({ params: { name }, body }) {
        const dates = await backfills.preview(name, body);
        if (body.dryRun) return { backfill: null, dates };
        const { id } = await backfills.create(name, body, dates);
        return { backfill: await viewOf(await found(id)), dates };
      },
    }),
    route({
      method: 'get',
      path: '/v1/backfills',
      summary: 'List backfills, newest first.',
      query: backfillQuery,
      status: 200,
      response: backfillList,
      async handle({ query: { limit, ...filter } }) {
        const found = await store.list({ ...filter, limit: limit + 1 });
        const page = found.slice(0, limit);
        const next = found.length > limit ? (page.at(-1)?.id ?? null) : null;
        return { backfills: await Promise.all(page.map(viewOf)), next };
      },
    }),
    route({
      method: 'get',
      path: '/v1/backfills/{id}',
      summary: 'Show a backfill and its runs.',
      params: oneBackfill,
      status: 200,
      response: backfillDetails,
      async handle({ params: { id } }): Promise<BackfillDetails> {
        const backfill = await viewOf(await found(id));
        const runs = (await store.items(id)).map(({ runDate, interval, run, error }) => ({
          runDate,
          interval,
          runId: run?.runId ?? null,
          state: run?.state ?? null,
          error,
        }));
        return { backfill, runs };
      },
    }),
    route({
      method: 'post',
      path: '/v1/backfills/{id}:cancel',
      summary: 'Start no more runs of a backfill, and cancel those that have not finished.',
      params: oneBackfill,
      status: 202,
      response: backfillView,
      async handle({ params: { id } }) {
        await backfills.cancel(id);
        return viewOf(await found(id));
      },
    }),
  ];
}
