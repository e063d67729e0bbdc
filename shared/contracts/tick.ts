import { z } from 'zod';
import { instant, isoDate } from './dates.ts';
import { interval } from './interval.ts';
import { slug } from './names.ts';

/** A firing of a schedule that is to come, or did, or did not happen. */
export const tickView = z.strictObject({
  pipeline: slug,
  /** When the cron expression says so; the end of the interval. */
  occurrence: instant,
  interval,
  /** The occurrence with its jitter. */
  dueAt: instant,
  runDate: isoDate,
  state: z.enum(['expected', 'fired', 'skipped']),
  /** Why it was skipped; null otherwise. */
  reason: z.string().nullable(),
  /** Null until it fired. */
  runId: z.string().nullable(),
});
export type TickView = z.infer<typeof tickView>;
/** `next` is what `before` takes to list those after them; null after the last. */
export const tickList = z.strictObject({ ticks: z.array(tickView), next: z.string().nullable() });
export type TickList = z.infer<typeof tickList>;

/** Where a page of ticks begins: before an occurrence, or after one tick of it. */
export const tickCursor = z.templateLiteral(
  [z.iso.datetime(), z.templateLiteral(['/', slug]).optional()],
  'expected an ISO 8601 instant in UTC, or what next said',
);

const ended = z.strictObject({ pipeline: slug, occurrence: instant, runDate: isoDate });

/** What one round of due ticks did. */
export const tickRound = z.strictObject({
  fired: z.array(ended.extend({ runId: z.string() })),
  skipped: z.array(ended.extend({ reason: z.string() })),
  /** Tried again in the next round. */
  failed: z.array(ended.extend({ error: z.string() })),
  nextDueAt: instant.nullable(),
});

/** Who stopped a pipeline from starting by itself, and why. */
export const pauseRequest = z.strictObject({
  by: z.string().min(1).max(200).default('unknown'),
  reason: z.string().max(1000).default(''),
});
export type PauseRequest = z.input<typeof pauseRequest>;

export const pauseView = z.strictObject({
  pipeline: slug,
  paused: z.strictObject({ at: instant, by: z.string(), reason: z.string() }).nullable(),
});
export type PauseView = z.infer<typeof pauseView>;
