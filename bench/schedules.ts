import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { homeLayout } from '@triad/shared/config/home.ts';
import { parseManifest } from '@triad/shared/contracts/manifest.ts';
import type { PipelineDefinition } from '@triad/shared/contracts/pipeline.ts';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';
import { freshDirectory } from './fresh-directory.ts';
import { durableCommits } from './limits.ts';
import { type Benchmark, percentile99, timed } from './measure.ts';
import { noopSteps } from './noop/noop-steps.ts';
import { noopJob, openSystem, untilIdle } from './system.ts';

const SCHEDULES = 1000;
/** How long ticks are watched, in milliseconds: in a minute each schedule fires once. */
const WATCHED_MS = 70_000;
/** For what was due while the system started. */
const SETTLE_MS = 3000;

/** From when a tick is due to when the job of its run begins, by the clocks of both. */
export const tickToJob: Benchmark = {
  name: 'due tick to job running, 1,000 schedules, p99',
  mode: 'in process; each schedule fires once a minute, spread by jitter',
  unit: 'ms',
  target: 250,
  limitOf: 'a timer and a durable commit in SQLite, p99',
  mostRounds: 1,
  limit: async () => {
    const commits = await durableCommits(200);
    const late = await Promise.all(commits.map((_, index) => lateness(index * 5)));
    return percentile99(late.map((ms, index) => ms + (commits[index] ?? 0)));
  },
  open: async () => ({ sample: watchTicks, close: async () => {} }),
};

/** How much too late a timer is, in milliseconds. */
const lateness = async (ms: number): Promise<number> => (await timed(() => pause(ms))) - ms;

async function watchTicks(): Promise<number> {
  const pipelines = await freshDirectory();
  await writePipelines(pipelines);
  const system = await openSystem({
    ...noopJob.inProcess,
    TRIAD_PIPELINES_DIR: pipelines,
    TRIAD_SCHEDULER: 'on',
  });
  try {
    await Promise.all([system.start('orchestrator'), system.start('invoker')]);
    await pause(SETTLE_MS);
    const from = new Date();
    await pause(WATCHED_MS);
    const to = new Date();
    await untilIdle(system);
    await system.stop();
    return percentile99(await latencies(system.home, from, to));
  } finally {
    await system.stop();
  }
}

async function writePipelines(directory: string): Promise<void> {
  await writeFile(join(directory, 'package.json'), '{"type":"module"}');
  for (let n = 0; n < SCHEDULES; n++) {
    const name = `every-minute-${n}`;
    const schedule = { cron: '* * * * *', jitterSeconds: 60 };
    const definition: PipelineDefinition = { ...noopSteps(1), name, schedule };
    const file = `export default ${JSON.stringify(definition)};\n`;
    await writeFile(join(directory, `${name}.ts`), file);
  }
}

/** Of all ticks that were due in between, in milliseconds; one that did not fire is an error. */
async function latencies(home: string, from: Date, to: Date): Promise<number[]> {
  const { state, artifacts } = homeLayout(home);
  const db = await openSqlite(state);
  const ticks = await db
    .selectFrom('ticks')
    .select(['due_at', 'run_id'])
    .where('due_at', '>=', from.toISOString())
    .where('due_at', '<', to.toISOString())
    .execute()
    .finally(() => db.destroy());
  return Promise.all(
    ticks.map(async ({ due_at, run_id }) => {
      if (run_id === null) throw new Error(`the tick that was due at ${due_at} did not fire`);
      const path = join(artifacts, 'runs', run_id, 's1/1/manifest.json');
      const { startedAt } = parseManifest(JSON.parse(await readFile(path, 'utf8')));
      return Date.parse(startedAt) - Date.parse(due_at);
    }),
  );
}
