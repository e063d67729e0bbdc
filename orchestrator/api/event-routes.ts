import { eventList, eventReceipt, eventView } from '@triad/shared/contracts/event-view.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { z } from 'zod';
import {
  eventDocument,
  eventViewOf,
  type ReceiveEventOptions,
  receiveEvent,
} from '../events/receive-event.ts';
import { type Route, route } from './route.ts';

const eventQuery = z.strictObject({
  type: z.string().optional(),
  source: z.string().optional(),
  before: z.string().optional().describe('Only events received before this one.'),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});

export function eventRoutes(options: ReceiveEventOptions): Route[] {
  const { events } = options;
  return [
    route({
      method: 'post',
      path: '/v1/events',
      summary:
        'Send a CloudEvents 1.0 event, structured or binary: it starts what waits for it, once.',
      body: z.unknown(),
      status: 202,
      response: eventReceipt,
      handle: ({ body, headers }) => receiveEvent(options, eventDocument(headers, body)),
    }),
    route({
      method: 'get',
      path: '/v1/events',
      summary: 'List events, newest first.',
      query: eventQuery,
      status: 200,
      response: eventList,
      async handle({ query: { type, source, before, limit } }) {
        const found = await events.list({
          ...(type && { type }),
          ...(source && { source }),
          ...(before && { before }),
          limit: limit + 1,
        });
        const page = found.slice(0, limit);
        const next = found.length > limit ? (page.at(-1)?.eventId ?? null) : null;
        return { events: page.map(eventViewOf), next };
      },
    }),
    route({
      method: 'get',
      path: '/v1/events/{eventId}',
      summary: 'Show an event, and the runs that it started or could not start.',
      params: z.strictObject({ eventId: z.string() }),
      status: 200,
      response: eventView,
      async handle({ params: { eventId } }) {
        const stored = await events.get(eventId);
        if (!stored) throw new TriadError('NOT_FOUND', { what: 'event', name: eventId });
        return eventViewOf(stored);
      },
    }),
  ];
}
