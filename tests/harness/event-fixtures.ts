import type { CloudEvent } from '@triad/shared/contracts/cloud-event.ts';
import type { NewEvent } from '@triad/shared/state/event-store.ts';

export const cloudEventOf = (more: Partial<CloudEvent> = {}): CloudEvent => ({
  specversion: '1.0',
  id: '1',
  source: 'shop/orders',
  type: 'com.example.landed',
  datacontenttype: 'application/json',
  data: { rows: 3 },
  ...more,
});

/** An event that arrived; `eventId` and the CloudEvent's id are the same unless `more` says else. */
export const receivedOf = (eventId: string, more: Partial<CloudEvent> = {}): NewEvent => ({
  eventId,
  event: cloudEventOf({ id: eventId, ...more }),
  receivedAt: new Date('2024-02-01T06:00:00.000Z'),
});
