import { setTimeout as pause } from 'node:timers/promises';
import { bareProcesses, durableCommits, sum } from './limits.ts';
import type { Benchmark } from './measure.ts';
import { durationOf, noopJob, openSystem, runToEnd } from './system.ts';

/** Longer than the pool takes to be full again, in milliseconds: it is measured full. */
const refillMs = (steps: number) => 1500 + 60 * steps;

const published =
  '40 steps in a row take Windmill tuned 1.59 s, Temporal by default 3.0 s, Kestra 3.5 s, ' +
  "Airflow by default 40 s (Windmill's published comparison of workflow engines)";

type Setup = Pick<Benchmark, 'name' | 'mode' | 'target' | 'limitOf' | 'limit'> & {
  steps: number;
  env: NodeJS.ProcessEnv;
  published?: string;
};

/** A run of steps in a row that do nothing, from its creation to its end. */
const stepsInARow = ({ steps, env, ...benchmark }: Setup): Benchmark => ({
  ...benchmark,
  unit: 'ms',
  async open() {
    const system = await openSystem(env);
    await Promise.all([system.start('orchestrator'), system.start('invoker')]);
    const sample = async () => {
      await pause(refillMs(steps));
      return durationOf(await runToEnd(system, `noop-${steps}`));
    };
    // The first run compiles what the others find compiled.
    await sample();
    return { sample, close: system.close };
  },
});

export const fortyWarm = stepsInARow({
  name: '40 steps in a row, warm',
  mode: 'warm process: each step in a fresh one, of 40 that waited before the run',
  steps: 40,
  env: noopJob.process(40),
  target: 1500,
  limitOf: '40 bare Node processes one after another',
  limit: bareProcesses(40),
  published,
});

/** Processes that wait, in a pool of a usual size. */
const POOL = 4;

export const fortyPooled = stepsInARow({
  name: '40 steps in a row, small pool',
  mode: `warm process: each step in a fresh one from a pool of ${POOL}, filled again meanwhile`,
  steps: 40,
  env: noopJob.process(POOL),
  target: null,
  limitOf: '40 bare Node processes one after another',
  limit: bareProcesses(40),
  published,
});

export const fortyCold = stepsInARow({
  name: '40 steps in a row, cold',
  mode: 'cold process: each step starts its own',
  steps: 40,
  env: noopJob.process(0),
  target: null,
  limitOf: '40 bare Node processes one after another',
  limit: bareProcesses(40),
  published,
});

export const threeInProcess = stepsInARow({
  name: 'run of 3 steps, in process',
  mode: 'in process',
  steps: 3,
  env: noopJob.inProcess,
  target: 60,
  limitOf: 'a durable commit per step in SQLite',
  limit: async () => sum(await durableCommits(3)),
});

export const threeWarm = stepsInARow({
  name: 'run of 3 steps, warm',
  mode: `warm process: each step in a fresh one from a pool of ${POOL}`,
  steps: 3,
  env: noopJob.process(POOL),
  target: 200,
  limitOf: 'three bare Node processes one after another',
  limit: bareProcesses(3),
});
