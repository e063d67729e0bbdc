import { createHash } from 'node:crypto';
import type { Pipeline } from '@triad/shared/contracts/pipeline.ts';
import type { PipelineSchedule } from '@triad/shared/contracts/schedule.ts';
import type { ExpectedTick } from '@triad/shared/state/tick-ledger.ts';
import { occurrences, previousOccurrence } from './occurrences.ts';
import { dayIn } from './wall-clock.ts';

export type ScheduledPipeline = Pipeline & { schedule: PipelineSchedule };

export const isScheduled = (pipeline: Pipeline): pipeline is ScheduledPipeline =>
  pipeline.schedule !== undefined;

/**
 * The ticks of a pipeline after an instant, in order; their intervals tile time.
 *
 * @param previous the occurrence before the first of them, where it is known
 */
export function* expectedTicks(
  pipeline: ScheduledPipeline,
  after: Date,
  previous?: Date,
): Generator<ExpectedTick> {
  let intervalStart = previous;
  for (const occurrence of occurrences(pipeline.schedule, after)) {
    yield expectedTick(pipeline, occurrence, intervalStart);
    intervalStart = occurrence;
  }
}

/** @param intervalStart the occurrence before, where it is known */
export function expectedTick(
  { name, schedule }: ScheduledPipeline,
  occurrence: Date,
  intervalStart = previousOccurrence(schedule, occurrence),
): ExpectedTick {
  const dueAt = new Date(occurrence.getTime() + jitter(name, occurrence, schedule.jitterSeconds));
  const runDate = dayIn(schedule.timezone, occurrence);
  return { pipeline: name, occurrence, intervalStart, dueAt, runDate };
}

/** How long a tick is put off, in milliseconds: by its hash, so that it never changes. */
function jitter(pipeline: string, occurrence: Date, mostSeconds: number): number {
  if (mostSeconds === 0) return 0;
  const hash = createHash('sha256').update(`${pipeline}\n${occurrence.toISOString()}`).digest();
  return Math.floor((hash.readUIntBE(0, 6) / 2 ** 48) * mostSeconds * 1000);
}

/** Equal for schedules that have the same ticks. */
export function fingerprintOf({ schedule }: ScheduledPipeline): string {
  const { cron, timezone, jitterSeconds, startDate = '', endDate = '' } = schedule;
  const text = [cron, timezone, jitterSeconds, startDate, endDate].join('\n');
  return createHash('sha256').update(text).digest('hex');
}
