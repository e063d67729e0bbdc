import type { StateStore } from '@triad/shared/state/state-store.ts';
import { type Finding, look } from '../finding.ts';

export interface SystemFound {
  state: StateStore;
  deadLetters: number;
  services: {
    name: string;
    /** How it ended without being told to. */
    deaths: string[];
    /** Whether it ended in good order, at last. */
    isStubborn: boolean;
  }[];
}

/** What must hold of the system as a whole: nothing is left over, and no fault ended a service. */
export async function checkSystem(found: SystemFound): Promise<Finding[]> {
  const { state, deadLetters, services } = found;
  const left = [
    ...(await state.inFlight()).map(({ commandId }) => `${commandId} is in flight`),
    ...(await state.poolWaits()).map(({ runId, pool }) => `${runId} waits for ${pool}`),
    ...(await state.unpublished(10)).map(({ id }) => `message ${id} is in the outbox`),
    ...(await state.activeRuns()).map((runId) => `${runId} is active`),
  ];
  return Promise.all([
    { invariant: 'nothing is left in flight', checked: 1, violations: left },
    look('no message was given up', [deadLetters], (count) =>
      count === 0 ? undefined : `${count} dead letters`,
    ),
    look('no fault ends a service', services, ({ deaths }) =>
      deaths.length === 0 ? undefined : deaths.join(', '),
    ),
    look('each service stops when it is told to', services, ({ name, isStubborn }) =>
      isStubborn ? name : undefined,
    ),
  ]);
}
