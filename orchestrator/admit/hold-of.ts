import type { RunPlan } from '@triad/shared/contracts/run-plan.ts';
import type { ActiveCount, QueuedFilter, StateStore } from '@triad/shared/state/state-store.ts';

export interface Hold {
  /** The runs that must go on waiting: all of a pipeline, or those of it that a schedule started. */
  runs: QueuedFilter;
  /** For people: what they wait for. */
  waitsFor: string;
}

/** Which runs must wait, beginning with this one; `undefined` when it can begin. */
export async function holdOf(
  { pipeline, trigger, interval }: RunPlan,
  active: ActiveCount[],
  state: Pick<StateStore, 'previousTickRun'>,
): Promise<Hold | undefined> {
  const own = active.filter((counted) => counted.pipeline === pipeline.name);
  const count = own.reduce((sum, counted) => sum + counted.count, 0);
  if (count >= pipeline.maxActiveRuns) {
    const waitsFor = `other runs of ${pipeline.name}: ${count} are active, its maxActiveRuns`;
    return { runs: { pipeline: pipeline.name }, waitsFor };
  }
  if (trigger !== 'schedule' || !pipeline.schedule || !interval) return undefined;

  const runs = { pipeline: pipeline.name, trigger };
  const { overlap, dependsOnPast } = pipeline.schedule;
  const isAlone = own.every((counted) => counted.trigger !== 'schedule');
  if (overlap !== 'allow' && !isAlone) {
    return { runs, waitsFor: `the scheduled run of ${pipeline.name} that is active` };
  }
  if (!dependsOnPast) return undefined;
  const before = await state.previousTickRun(pipeline.name, new Date(interval.end));
  if (before === undefined || before.state === 'succeeded') return undefined;
  const waitsFor = `the success of run ${before.runId} of the tick before, which is ${before.state}`;
  return { runs, waitsFor };
}
