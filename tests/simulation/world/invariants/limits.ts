import { knownPool } from '../../../../orchestrator/run/pools.ts';
import type { SeenRun } from '../witness.ts';
import type { Invariant } from './invariant.ts';

const isActive = ({ status }: SeenRun): boolean =>
  status.state === 'running' || status.state === 'cancelling';

/** A run that somebody retries goes on without being admitted anew. */
const wasRetried = ({ events }: SeenRun): boolean =>
  events.some(({ event }) => event.type === 'retry_requested');

export const admittedWithinLimits: Invariant = {
  name: 'no more runs are admitted than may be active, each in its turn',
  on: ['run changed'],
  of({ runs, maxActiveRuns }) {
    return (happening) => {
      if (happening.what !== 'run changed') return undefined;
      const { run, change } = happening;
      if (!change.events.some(({ event }) => event.type === 'run_admitted')) return undefined;
      const { runId, pipeline, trigger, interval } = run.plan;
      const others = [...runs.values()].filter(
        (other) => other !== run && isActive(other) && !wasRetried(other),
      );
      if (others.length >= maxActiveRuns) return `run ${runId} is admitted beyond ${maxActiveRuns}`;
      const own = others.filter(({ plan }) => plan.pipeline.name === pipeline.name);
      if (own.length >= pipeline.maxActiveRuns) {
        return `run ${runId} is admitted beyond ${pipeline.maxActiveRuns} of its pipeline`;
      }
      const { schedule } = pipeline;
      if (trigger !== 'schedule' || !schedule || !interval) return undefined;
      if (schedule.overlap !== 'allow' && own.some(({ plan }) => plan.trigger === 'schedule')) {
        return `run ${runId} overlaps another scheduled one`;
      }
      if (!schedule.dependsOnPast) return undefined;
      const earlier = [...runs.values()]
        .filter(({ plan, tick }) => tick && plan.pipeline.name === pipeline.name)
        .filter(({ tick }) => tick && tick.occurrence < new Date(interval.end))
        .sort((a, b) => Number(a.tick?.occurrence) - Number(b.tick?.occurrence))
        .at(-1);
      return !earlier || earlier.status.state === 'succeeded'
        ? undefined
        : `run ${runId} depends on run ${earlier.plan.runId}, which is ${earlier.status.state}`;
    };
  },
};

export const slotsHeldOnce: Invariant = {
  name: 'no slot of a pool is held twice, nor more slots than there are',
  on: ['run changed'],
  of({ poolSizes, runs }) {
    const holders = new Map<string, string>();
    return (happening) => {
      if (happening.what !== 'run changed') return undefined;
      const { run, change } = happening;
      for (const [slot, holder] of holders) {
        if (change.ended.includes(holder)) holders.delete(slot);
      }
      const { name, maxActiveSteps } = run.plan.pipeline;
      for (const { commandId, slots } of change.dispatched) {
        for (const { pool, slot } of slots) {
          const key = `${pool}/${slot}`;
          const size = pool === `pipeline/${name}` ? maxActiveSteps : poolSizes.get(pool);
          if (holders.has(key)) return `${commandId} takes ${key}, which ${holders.get(key)} holds`;
          if (size === undefined || slot >= size) return `${commandId} takes ${key} of ${size}`;
          holders.set(key, commandId);
        }
        const isWarehouse = slots.some(({ pool }) => pool === knownPool.warehouse);
        const { step } = change.dispatched.find((d) => d.commandId === commandId) ?? { step: '' };
        const kind = runs.get(run.plan.runId)?.status.steps.get(step)?.definition.kind;
        if (kind === 'sql' && !isWarehouse && poolSizes.has(knownPool.warehouse)) {
          return `${commandId} opens the warehouse without its slot`;
        }
      }
      return undefined;
    };
  },
};
