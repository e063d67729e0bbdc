import type { RunEngine } from './run-engine.ts';

/** Stops a run and the jobs it started; harmless when it has finished or is being cancelled. */
export const cancelRun = (engine: RunEngine, runId: string): Promise<void> =>
  engine.react(runId, (_plan, { state, finishedAt }) =>
    finishedAt || state === 'cancelling' ? [] : [{ type: 'cancel_requested' }],
  );
