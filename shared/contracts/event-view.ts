import { z } from 'zod';
import { instant } from './dates.ts';
import { errorReport } from './error-report.ts';
import { slug } from './names.ts';

/** What an event did to one pipeline: the run it started, or why it could not. */
export const eventEffect = z.strictObject({
  pipeline: slug,
  runId: z.string().nullable(),
  error: errorReport.nullable(),
});
export type EventEffect = z.infer<typeof eventEffect>;

/** An event as `GET /v1/events/{eventId}` shows it. */
export const eventView = z.strictObject({
  /** Triad's own id; the sender's `id` is unique within its source only. */
  eventId: z.string(),
  source: z.string(),
  id: z.string(),
  type: z.string(),
  receivedAt: instant,
  /** Null until all that it starts was started. */
  processedAt: instant.nullable(),
  effects: z.array(eventEffect),
  event: z.unknown().describe('The CloudEvent.'),
});
export type EventView = z.infer<typeof eventView>;

export const eventList = z.strictObject({
  events: z.array(eventView),
  /** Pass as `before` to get the next page; null on the last one. */
  next: z.string().nullable(),
});

/** The answer to an event that was sent. */
export const eventReceipt = eventView.extend({
  /** Whether the event was there already, so that nothing happened. */
  duplicate: z.boolean(),
});
export type EventReceipt = z.infer<typeof eventReceipt>;
