import { waitsForPast } from '../witness.ts';
import type { Invariant } from './invariant.ts';

export const nothingStuck: Invariant = {
  name: 'no run is stuck once faults have stopped',
  on: ['rest'],
  of({ runs, state }) {
    return async (happening) => {
      if (happening.what !== 'rest') return undefined;
      for (const [runId, run] of runs) {
        const { status } = run;
        if (status.finishedAt || waitsForPast(run)) continue;
        const steps = [...status.steps.values()].map((s) => `${s.definition.name} ${s.state}`);
        return `run ${runId} is ${status.state}: ${steps.join(', ')}`;
      }
      const inFlight = await state.inFlight();
      if (inFlight.length > 0) return `${inFlight[0]?.commandId} is in flight`;
      const left = await state.unpublished(1);
      return left.length > 0 ? `message ${left[0]?.id} is still in the outbox` : undefined;
    };
  },
};
