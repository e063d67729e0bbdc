import { doneBy } from '@triad/shared/access/principal.ts';
import { slug } from '@triad/shared/contracts/names.ts';
import {
  type PauseView,
  pauseRequest,
  pauseView,
  type TickView,
  tickCursor,
  tickList,
  tickRound,
} from '@triad/shared/contracts/tick.ts';
import { toTriadError } from '@triad/shared/errors/triad-error.ts';
import { type Tick, type TickLedger, tickStates } from '@triad/shared/state/tick-ledger.ts';
import { z } from 'zod';
import type { Scheduler, TickRound } from '../schedule/scheduler.ts';
import { type Route, route } from './route.ts';

const onePipeline = z.strictObject({ name: slug });

const tickQuery = z.strictObject({
  pipeline: slug.optional(),
  state: z.enum(tickStates).optional(),
  before: tickCursor
    .optional()
    .describe('Only ticks whose occurrence is earlier; or what `next` said, for those after.'),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});

export function scheduleRoutes(ledger: TickLedger, scheduler: Scheduler): Route[] {
  const view = async (pipeline: string): Promise<PauseView> => {
    const found = (await ledger.pauses()).find((pause) => pause.pipeline === pipeline);
    if (!found) return { pipeline, paused: null };
    return { pipeline, paused: { at: iso(found.at), by: found.by, reason: found.reason } };
  };

  return [
    route({
      method: 'get',
      path: '/v1/ticks',
      summary: 'List expected, fired and skipped ticks, newest occurrence first.',
      query: tickQuery,
      status: 200,
      response: tickList,
      async handle({ query: { pipeline, state, before, limit } }) {
        const found = await ledger.list({
          ...(pipeline && { pipeline }),
          ...(state && { state }),
          ...(before && { before: placeOf(before) }),
          limit: limit + 1,
        });
        const page = found.slice(0, limit);
        const last = found.length > limit ? page.at(-1) : undefined;
        return {
          ticks: page.map(viewOf),
          next: last ? `${iso(last.occurrence)}/${last.pipeline}` : null,
        };
      },
    }),
    route({
      method: 'post',
      path: '/v1/tick',
      summary: 'Do one round of due ticks, as a cloud scheduler asks for it.',
      status: 200,
      response: tickRound,
      handle: async () => roundView(await scheduler.tick()),
    }),
    route({
      method: 'get',
      path: '/v1/pauses',
      summary: 'List the pipelines that are paused.',
      status: 200,
      response: z.strictObject({ pauses: z.array(pauseView) }),
      async handle() {
        const pauses = await ledger.pauses();
        return {
          pauses: pauses.map(({ pipeline, at, by, reason }) => ({
            pipeline,
            paused: { at: iso(at), by, reason },
          })),
        };
      },
    }),
    route({
      method: 'post',
      path: '/v1/pipelines/{name}:pause',
      summary:
        'Start a pipeline by itself no more, by schedule, event or sensor, until it is resumed.',
      params: onePipeline,
      body: pauseRequest,
      status: 200,
      response: pauseView,
      async handle({ params: { name }, body: { by, reason }, principal }) {
        await scheduler.pause(name, doneBy(principal, by), reason);
        return view(name);
      },
    }),
    route({
      method: 'post',
      path: '/v1/pipelines/{name}:resume',
      summary:
        'Let a pipeline start by itself again; ticks and events of the pause are not made up for.',
      params: onePipeline,
      status: 200,
      response: pauseView,
      async handle({ params: { name } }) {
        await scheduler.resume(name);
        return view(name);
      },
    }),
  ];
}

function placeOf(cursor: string): { occurrence: Date; pipeline?: string } {
  const [occurrence = '', pipeline] = cursor.split('/');
  return { occurrence: new Date(occurrence), ...(pipeline !== undefined && { pipeline }) };
}

const iso = (instant: Date): string => instant.toISOString();

const viewOf = ({ intervalStart, ...tick }: Tick): TickView => ({
  ...tick,
  occurrence: iso(tick.occurrence),
  interval: { start: iso(intervalStart), end: iso(tick.occurrence) },
  dueAt: iso(tick.dueAt),
});

function roundView({ ended, nextDueAt }: TickRound): z.output<typeof tickRound> {
  const view: z.output<typeof tickRound> = {
    fired: [],
    skipped: [],
    failed: [],
    nextDueAt: nextDueAt && iso(nextDueAt),
  };
  for (const end of ended) {
    const { pipeline, occurrence, runDate } = end.tick;
    const tick = { pipeline, occurrence: iso(occurrence), runDate };
    if (end.state === 'fired') view.fired.push({ ...tick, runId: end.runId });
    else if (end.state === 'skipped') view.skipped.push({ ...tick, reason: end.reason });
    else view.failed.push({ ...tick, error: toTriadError(end.error).message });
  }
  return view;
}
