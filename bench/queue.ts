import { homeLayout } from '@triad/shared/config/home.ts';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';
import { durableCommits, sum } from './limits.ts';
import type { Benchmark } from './measure.ts';
import { type BenchSystem, noopJob, openSystem, untilIdle } from './system.ts';

const RUNS = 1000;
/** Requests at a time. */
const CREATORS = 8;

/** Runs that were created while no invoker was there; from its start to the end of the last one. */
export const drain: Benchmark = {
  name: '1,000 queued runs, drained',
  mode: 'in process',
  unit: 'steps/s',
  target: 100,
  limitOf: 'durable commits of one row, one after another in SQLite',
  mostRounds: 2,
  async limit() {
    return (RUNS * 1000) / sum(await durableCommits(RUNS));
  },
  open: async () => ({ sample: drainOnce, close: async () => {} }),
};

async function drainOnce(): Promise<number> {
  const system = await openSystem(noopJob.inProcess);
  try {
    await system.start('orchestrator');
    await createRuns(system);
    await system.start('invoker');
    const startedAt = Date.now();
    await untilIdle(system);
    await system.stop();
    return (RUNS * 1000) / ((await lastFinish(system.home)) - startedAt);
  } finally {
    await system.stop();
  }
}

async function createRuns({ ask }: BenchSystem): Promise<void> {
  const body = { pipeline: 'noop-1', runDate: '2026-01-31', params: {} };
  let left = RUNS;
  const create = async () => {
    while (left-- > 0) await ask('/v1/runs', body);
  };
  await Promise.all(Array.from({ length: CREATORS }, create));
}

/** In milliseconds since the epoch; an error when a run did not succeed. */
async function lastFinish(home: string): Promise<number> {
  const db = await openSqlite(homeLayout(home).state);
  try {
    const rows = await db.selectFrom('runs').select(['state', 'finished_at']).execute();
    const failed = rows.filter(({ state }) => state !== 'succeeded').length;
    if (rows.length !== RUNS || failed > 0) throw new Error(`${failed} of ${rows.length} failed`);
    return Math.max(...rows.map(({ finished_at }) => Date.parse(finished_at ?? '')));
  } finally {
    await db.destroy();
  }
}
