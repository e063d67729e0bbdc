import type { Feed } from './feed.ts';
import type { Scenario } from './scenario.ts';
import type { Stores } from './stores.ts';
import { type SeenRun, waitsForPast } from './witness.ts';

/** Whether nothing is left to do, but for what waits until somebody sees to it. */
export async function isAtRest(
  { pipelines, watchesAlarms }: Scenario,
  runs: Iterable<SeenRun>,
  stores: Stores,
  feed: Feed,
): Promise<boolean> {
  for (const run of runs) if (!run.status.finishedAt && !waitsForPast(run)) return false;
  const paused = new Set((await stores.ledger.pauses()).map(({ pipeline }) => pipeline));
  if (pipelines.some(({ name, schedule }) => schedule && !paused.has(name))) return false;
  if (!(await allIsSeen(stores, feed, paused))) return false;
  if (watchesAlarms && (await stores.alarms.pendingChannels()).length > 0) return false;
  if ((await stores.backfills.unfinished()).length > 0) return false;
  return (await stores.state.unpublished(1)).length === 0;
}

/** Whether all sensors have seen what is there now, but those of pipelines that are paused. */
async function allIsSeen(
  { sensors }: Stores,
  feed: Feed,
  paused: ReadonlySet<string>,
): Promise<boolean> {
  return (await sensors.list()).every(
    ({ pipeline, value, pending }) =>
      paused.has(pipeline) || (!pending && (feed.value === null || value === feed.value)),
  );
}
