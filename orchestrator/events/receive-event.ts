import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '@triad/shared/clock/clock.ts';
import type { EventReceipt, EventView } from '@triad/shared/contracts/event-view.ts';
import { parseExternalEvent } from '@triad/shared/contracts/external-event.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { Ids } from '@triad/shared/ids/ids.ts';
import type { EventStore, StoredEvent } from '@triad/shared/state/event-store.ts';
import type { EventRouter } from './event-router.ts';
import { refuseForeign } from './own-sources.ts';

export interface ReceiveEventOptions {
  events: EventStore;
  router: EventRouter;
  /** The sources that may send; none for all. */
  eventSources: readonly string[];
  clock: Clock;
  ids: Ids;
}

/**
 * Takes an event from outside: stored once by its source and id, and routed at once. What cannot
 * be routed now is routed later; the sender need not send it again.
 */
export async function receiveEvent(
  { events, router, eventSources, clock, ids }: ReceiveEventOptions,
  document: unknown,
): Promise<EventReceipt> {
  const event = parseExternalEvent(document);
  refuseForeign(event, eventSources);
  const { stored, isNew } = await events.add({
    eventId: ids.next(),
    event,
    receivedAt: clock.now(),
  });
  if (isNew) await router.route(stored);
  const settled = (await events.get(stored.eventId)) ?? stored;
  return { ...eventViewOf(settled), duplicate: !isNew };
}

export const eventViewOf = (stored: StoredEvent): EventView => ({
  eventId: stored.eventId,
  source: stored.event.source,
  id: stored.event.id,
  type: stored.event.type,
  receivedAt: stored.receivedAt.toISOString(),
  processedAt: stored.processedAt?.toISOString() ?? null,
  effects: stored.effects,
  event: stored.event,
});

/**
 * The event of a request in either of CloudEvents' HTTP modes: the body itself, or, in binary
 * mode, the attributes in `ce-` headers and the data as the body. Errors: `INPUT_INVALID`.
 */
export function eventDocument(headers: IncomingHttpHeaders | undefined, body: unknown): unknown {
  if (headers?.['ce-specversion'] === undefined) return body;
  const attributes = Object.entries(headers).flatMap(([name, value]) =>
    name.startsWith('ce-') ? [[name.slice(3), percentDecoded(name, String(value))]] : [],
  );
  const type = headers['content-type'];
  return {
    ...Object.fromEntries(attributes),
    ...(type !== undefined && { datacontenttype: type }),
    data: body,
  };
}

function percentDecoded(header: string, value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    const expected = 'expected percent-encoded UTF-8';
    throw new TriadError('INPUT_INVALID', { where: 'CloudEvent', field: header, expected });
  }
}
