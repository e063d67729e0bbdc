import type { Pipeline } from '@triad/shared/contracts/pipeline.ts';
import type { AlarmStore, AlarmWatch } from '@triad/shared/state/alarm-store.ts';

/**
 * From when on each pipeline is watched. A pipeline, or a schedule, that is seen for the first
 * time is watched from now on: what should have happened before is nobody's alarm.
 */
export async function watchPipelines(
  store: AlarmStore,
  pipelines: ReadonlyMap<string, Pipeline>,
  now: Date,
): Promise<Map<string, AlarmWatch>> {
  const watches = new Map((await store.watches()).map((watch) => [watch.pipeline, watch]));
  for (const pipeline of pipelines.values()) {
    const known = watches.get(pipeline.name);
    const schedule = scheduleText(pipeline);
    if (known && known.schedule === schedule) continue;
    const watch = { pipeline: pipeline.name, schedule, since: now, checkedUntil: now };
    await store.saveWatch(watch);
    watches.set(pipeline.name, watch);
  }
  return watches;
}

/** What the firings of a schedule follow from. */
function scheduleText({ schedule }: Pipeline): string | null {
  if (!schedule) return null;
  const { cron, timezone, startDate, endDate } = schedule;
  return JSON.stringify({ cron, timezone, startDate, endDate });
}
