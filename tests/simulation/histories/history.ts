import type { RunStatus } from '../../../orchestrator/run/run-status.ts';

/** Runs as a version of Triad stored them, and what its own fold made of them. */
export interface History {
  version: string;
  commit: string;
  runs: {
    /** The JSON of the plan and of each event, as it was in the database. */
    plan: unknown;
    events: { seq: number; at: string; event: unknown }[];
    folded: {
      state: string;
      finishedAt: string | null;
      error: unknown;
      /** By name; attempts with their states, times and errors. */
      steps: Record<
        string,
        { state: string; attempts: unknown[]; error: unknown; result: unknown }
      >;
    };
  }[];
}

/** What of a status must be the same for every later build. */
export function foldedAs({ state, finishedAt, error, steps }: RunStatus): unknown {
  const kept = [...steps].map(([name, step]) => {
    const { state: own, attempts, error: last, result } = step;
    return [name, { state: own, attempts, error: last, result }];
  });
  const folded = { state, finishedAt, error, steps: Object.fromEntries(kept) as object };
  return JSON.parse(JSON.stringify(folded)) as unknown;
}
