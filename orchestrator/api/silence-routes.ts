import { doneBy } from '@triad/shared/access/principal.ts';
import type { Clock } from '@triad/shared/clock/clock.ts';
import {
  type SilenceView,
  silenceList,
  silenceRequest,
  silenceView,
} from '@triad/shared/contracts/alarm-view.ts';
import type { Pipeline } from '@triad/shared/contracts/pipeline.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { Ids } from '@triad/shared/ids/ids.ts';
import type { Silence, SilenceStore } from '@triad/shared/state/silence-store.ts';
import { z } from 'zod';
import { type Route, route } from './route.ts';

export interface SilenceRoutesOptions {
  silences: SilenceStore;
  pipelines: ReadonlyMap<string, Pipeline>;
  clock: Clock;
  ids: Ids;
}

const silenceQuery = z.strictObject({
  active: z.enum(['true', 'false']).default('false').describe('Only those in force.'),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});

export function silenceRoutes({ silences, pipelines, clock, ids }: SilenceRoutesOptions): Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/silences',
      summary: 'List silences, newest first.',
      query: silenceQuery,
      status: 200,
      response: silenceList,
      async handle({ query: { active, limit } }) {
        const found =
          active === 'true'
            ? (await silences.activeSilences(clock.now())).toReversed().slice(0, limit)
            : await silences.listSilences(limit);
        return { silences: found.map(viewOf) };
      },
    }),
    route({
      method: 'post',
      path: '/v1/silences',
      summary: 'Keep notices of a pipeline, or of a kind of alarm, from people for a while.',
      body: silenceRequest,
      status: 201,
      response: silenceView,
      async handle({ body, principal }) {
        const now = clock.now();
        const { pipeline, kind, reason } = body;
        const by = doneBy(principal, body.by);
        const until = new Date(body.until);
        if (pipeline !== null && !pipelines.has(pipeline)) {
          throw new TriadError('NOT_FOUND', { what: 'pipeline', name: pipeline });
        }
        if (until <= now) {
          const expected = `expected an instant after now, ${now.toISOString()}`;
          throw new TriadError('INPUT_INVALID', {
            where: 'POST /v1/silences',
            field: 'until',
            expected,
          });
        }
        const silence = {
          id: ids.next(),
          ...{ pipeline, kind, until, by, reason },
          createdAt: now,
          endedAt: null,
        };
        await silences.addSilence(silence);
        return viewOf(silence);
      },
    }),
    route({
      method: 'post',
      path: '/v1/silences/{id}:end',
      summary: 'End a silence early: what is still wrong is told.',
      params: z.strictObject({ id: z.string().min(1).max(64) }),
      status: 200,
      response: silenceView,
      async handle({ params: { id } }) {
        await silences.endSilence(id, clock.now());
        const silence = await silences.getSilence(id);
        if (!silence) throw new TriadError('NOT_FOUND', { what: 'silence', name: id });
        return viewOf(silence);
      },
    }),
  ];
}

const viewOf = (silence: Silence): SilenceView => ({
  ...silence,
  until: silence.until.toISOString(),
  createdAt: silence.createdAt.toISOString(),
  endedAt: silence.endedAt?.toISOString() ?? null,
});
