import { setTimeout as pause } from 'node:timers/promises';
import { bareProcesses, durableCommits, sum } from './limits.ts';
import { type Benchmark, median } from './measure.ts';
import { durationOf, noopJob, openSystem, runToEnd } from './system.ts';

/** Longer than the pool takes to be full again, in milliseconds: it is measured full. */
const refillMs = (steps: number) => 1500 + 60 * steps;

const published =
  '40 steps in a row take Windmill tuned 1.59 s, Temporal by default 3.0 s, Kestra 3.5 s, ' +
  "Airflow by default 40 s (Windmill's published comparison of workflow engines)";

type Figure = Pick<Benchmark, 'name' | 'mode' | 'target' | 'limitOf' | 'limit' | 'published'>;

/** Runs of steps in a row that do nothing, each from its creation to its end. */
async function openRuns(steps: number, env: NodeJS.ProcessEnv) {
  const system = await openSystem(env);
  await Promise.all([system.start('orchestrator'), system.start('invoker')]);
  const run = async () => durationOf(await runToEnd(system, `noop-${steps}`));
  return { run, close: system.stop };
}

/** Each step in a process; the first run compiles what the others find compiled. */
const inProcesses = ({
  steps,
  env,
  ...figure
}: Figure & { steps: number; env: NodeJS.ProcessEnv }): Benchmark => ({
  ...figure,
  unit: 'ms',
  async open() {
    const { run, close } = await openRuns(steps, env);
    const sample = async () => {
      await pause(refillMs(steps));
      return run();
    };
    await sample();
    return { sample, close };
  },
});

/** Runs after which a service that stays up is as fast as it gets. */
const HEATING_RUNS = 100;
/** Runs whose median is one sample. */
const SAMPLE_RUNS = 20;

/** Each step in the invoker's process, of services that have worked for a while. */
const inHotServices = ({ steps, ...figure }: Figure & { steps: number }): Benchmark => ({
  ...figure,
  unit: 'ms',
  async open() {
    const { run, close } = await openRuns(steps, noopJob.inProcess);
    const several = async (count: number) => {
      const durations: number[] = [];
      while (durations.length < count) durations.push(await run());
      return median(durations);
    };
    await several(HEATING_RUNS);
    return { sample: () => several(SAMPLE_RUNS), close };
  },
});

export const fortyWarm = inProcesses({
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

export const fortyPooled = inProcesses({
  name: '40 steps in a row, small pool',
  mode: `warm process: each step in a fresh one from a pool of ${POOL}, filled again meanwhile`,
  steps: 40,
  env: noopJob.process(POOL),
  target: null,
  limitOf: '40 bare Node processes one after another',
  limit: bareProcesses(40),
  published,
});

export const fortyCold = inProcesses({
  name: '40 steps in a row, cold',
  mode: 'cold process: each step starts its own',
  steps: 40,
  env: noopJob.process(0),
  target: null,
  limitOf: '40 bare Node processes one after another',
  limit: bareProcesses(40),
  published,
});

export const threeInProcess = inHotServices({
  name: 'run of 3 steps, in process',
  mode: `in process, hot: after ${HEATING_RUNS} such runs`,
  steps: 3,
  target: 60,
  limitOf: 'a durable commit per step in SQLite',
  limit: async () => sum(await durableCommits(3)),
});

export const threeWarm = inProcesses({
  name: 'run of 3 steps, warm',
  mode: `warm process: each step in a fresh one from a pool of ${POOL}`,
  steps: 3,
  env: noopJob.process(POOL),
  target: 200,
  limitOf: 'three bare Node processes one after another',
  limit: bareProcesses(3),
});
