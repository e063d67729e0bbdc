import type { RunPlan } from '@triad/shared/contracts/run-plan.ts';
import type { ActiveCount, QueuedFilter, StateStore } from '@triad/shared/state/state-store.ts';

/** Runs that must go on waiting: all of a pipeline, or those of it that a schedule started. */
export type Hold = QueuedFilter;

/** Which runs must wait, beginning with this one; `undefined` when it can begin. */
export async function holdOf(
  { pipeline, trigger, interval }: RunPlan,
  active: ActiveCount[],
  state: Pick<StateStore, 'previousTickRun'>,
): Promise<Hold | undefined> {
  const own = active.filter((counted) => counted.pipeline === pipeline.name);
  const count = own.reduce((sum, counted) => sum + counted.count, 0);
  if (count >= pipeline.maxActiveRuns) return { pipeline: pipeline.name };
  if (trigger !== 'schedule' || !pipeline.schedule || !interval) return undefined;

  const scheduled = { pipeline: pipeline.name, trigger };
  const { overlap, dependsOnPast } = pipeline.schedule;
  const isAlone = own.every((counted) => counted.trigger !== 'schedule');
  if (overlap !== 'allow' && !isAlone) return scheduled;
  if (!dependsOnPast) return undefined;
  const before = await state.previousTickRun(pipeline.name, new Date(interval.end));
  return before === undefined || before.state === 'succeeded' ? undefined : scheduled;
}
