import { isDeepStrictEqual } from 'node:util';
import type { Pipeline } from '@triad/shared/contracts/pipeline.ts';
import type { RunPlan } from '@triad/shared/contracts/run-plan.ts';
import type { Invariant } from './invariant.ts';

const copies = new WeakMap<Pipeline, Pipeline>();

/** Made once: copying takes longer than all else here. */
function copyOf(pipeline: Pipeline): Pipeline {
  const copy = copies.get(pipeline) ?? structuredClone(pipeline);
  copies.set(pipeline, copy);
  return copy;
}

export const planStays: Invariant = {
  name: 'a run keeps the plan that it began with, also when its pipeline is edited',
  on: ['run created', 'job started', 'rest'],
  of({ runs, state, definitions }) {
    const begunWith = new Map<string, RunPlan>();
    return (happening) => {
      if (happening.what === 'run created') {
        const { plan } = happening.run;
        begunWith.set(plan.runId, { ...plan, pipeline: copyOf(plan.pipeline) });
        const isKnown = definitions.some(
          (definition) =>
            definition === plan.pipeline || isDeepStrictEqual(definition, plan.pipeline),
        );
        return isKnown ? undefined : `run ${plan.runId} is of a pipeline that was never defined`;
      }
      if (happening.what === 'job started') {
        const { id, runId, step, params, kind, pins } = happening.spec;
        const plan = begunWith.get(runId);
        if (!plan) return undefined;
        const own = plan.pipeline.steps.find(({ name, forEach }) =>
          forEach ? step.startsWith(`${name}-`) : step === name,
        );
        const given = { ...plan.params, ...own?.with };
        const isPlanned =
          own?.kind === kind &&
          pins.planHash === plan.planHash &&
          Object.entries(given).every(([name, value]) => params[name] === value);
        return isPlanned ? undefined : `job ${id} is not what the plan of its run says`;
      }
      return happening.what === 'rest' ? plansAreStored() : undefined;
    };

    async function plansAreStored(): Promise<string | undefined> {
      for (const runId of runs.keys()) {
        const plan = begunWith.get(runId);
        const stored = await state.getRun(runId);
        if (plan && !isDeepStrictEqual(stored?.plan, plan)) return `the plan of ${runId} changed`;
      }
      return undefined;
    }
  },
};
