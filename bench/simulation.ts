import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { type Benchmark, stateless } from './measure.ts';
import { repository } from './processes.ts';

const RUNS = 30_000;

const report = z.looseObject({ runs: z.int().positive(), seconds: z.number().positive() });

/** Runs of the whole system in the deterministic simulated world. */
export const simulation: Benchmark = {
  name: 'simulation',
  mode: `in process, on ${availableParallelism()} threads, ${RUNS.toLocaleString('en')} simulated runs`,
  unit: 'runs/s',
  target: 1000,
  mostRounds: 2,
  limitOf: null,
  limit: null,
  open: stateless(async () => {
    // The same worlds each time, so that times can be compared.
    const worlds = ['--from', '1', '--runs', String(RUNS), '--json'];
    const child = spawn('npm', ['run', '-s', 'simulate', '--', ...worlds], {
      cwd: repository,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [output] = await Promise.all([text(child.stdout), once(child, 'exit')]);
    if (child.exitCode !== 0) throw new Error(`the simulation found a failure:\n${output}`);
    const { runs, seconds } = report.parse(JSON.parse(output));
    return runs / seconds;
  }),
};
