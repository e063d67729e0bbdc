import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { parseManifest } from '@triad/shared/contracts/manifest.ts';
import { type RunView, runView } from '@triad/shared/contracts/run-view.ts';
import { httpJson } from '@triad/shared/http/http-json.ts';
import { freshDirectory } from './fresh-directory.ts';
import { bareProcesses } from './limits.ts';
import { type Benchmark, type Sampler, stateless } from './measure.ts';
import { repository, runNode, startSystem } from './processes.ts';

const bareProcess = bareProcesses(1);

/** From the command line to both services listening. */
export const boot: Benchmark = {
  name: 'triad up, until ready',
  mode: 'cold',
  unit: 'ms',
  target: 1500,
  limitOf: 'a bare Node process',
  limit: bareProcess,
  open: stateless(async () => {
    const home = await freshDirectory();
    const start = performance.now();
    const system = await startSystem(home);
    const took = performance.now() - start;
    await system.stop();
    return took;
  }),
};

/** From the dispatch into the outbox to the job's own code running, by the clocks of both. */
export const dispatch: Benchmark = {
  name: 'dispatch, outbox to job running',
  mode: 'fresh process from the warm pool',
  unit: 'ms',
  target: 60,
  limitOf: 'a bare Node process',
  limit: bareProcess,
  open: openDispatch,
};

/** Longer than the pool takes to have the next process ready, in milliseconds. */
const REFILL_MS = 3000;

async function openDispatch(): Promise<Sampler> {
  const home = await freshDirectory();
  const system = await startSystem(home, { TRIAD_PIPELINES_DIR: `${repository}/bench/pipelines` });
  const url = `${system.orchestrator}/v1/runs`;
  const run = async (pipeline: string, params = {}): Promise<RunView> => {
    const ask = async (path: string, body?: object) =>
      runView.parse(
        await httpJson({ service: 'orchestrator', url: url + path, ...(body && { body }) }),
      );
    let view = await ask('', { pipeline, runDate: '2026-01-31', params });
    while (view.finishedAt === null) {
      await pause(20);
      view = await ask(`/${view.runId}`);
    }
    if (view.state !== 'succeeded') throw new Error(JSON.stringify(view.error));
    return view;
  };
  // The checks need published tables.
  await run('rfm', { source: 'simulated', customers: 200 });
  return {
    sample: async () => {
      await pause(REFILL_MS);
      const view = await run('check');
      const dispatchedAt = view.steps[0]?.history[0]?.startedAt ?? '';
      const path = join(home, 'artifacts/runs', view.runId, 'check/1/manifest.json');
      const { startedAt } = parseManifest(JSON.parse(await readFile(path, 'utf8')));
      return Date.parse(startedAt) - Date.parse(dispatchedAt);
    },
    close: () => system.stop(),
  };
}

/** Resident memory of orchestrator and invoker when nothing runs; the warm pool is not counted. */
export const memory: Benchmark = {
  name: 'idle services, resident memory',
  mode: 'orchestrator and invoker',
  unit: 'MiB',
  target: null,
  limitOf: 'two bare Node processes',
  limit: async () => 2 * Number(await runNode(['-p', 'process.memoryUsage.rss() / 2 ** 20'])),
  open: stateless(async () => {
    const system = await startSystem(await freshDirectory());
    const sizes = await Promise.all((await system.servicePids()).map(residentMiB));
    await system.stop();
    return sizes.reduce((sum, size) => sum + size, 0);
  }),
};

async function residentMiB(pid: number): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]);
  return Number(stdout) / 1024;
}
