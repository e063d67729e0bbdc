import { systemClock } from '@triad/shared/clock/clock.ts';
import { homeLayout } from '@triad/shared/config/home.ts';
import { runList } from '@triad/shared/contracts/run-view.ts';
import { timeOrderedIds } from '@triad/shared/ids/ids.ts';
import type { RunRecord } from '@triad/shared/state/database.ts';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';
import { planRun } from '../orchestrator/plan/plan-run.ts';
import { validatePipeline } from '../orchestrator/plan/validate-pipeline.ts';
import { bareRequests } from './limits.ts';
import { type Benchmark, percentile99, timed } from './measure.ts';
import { noopSteps } from './noop/noop-steps.ts';
import { type BenchSystem, noopJob, openSystem } from './system.ts';

const RUNS = 100_000;
/** Rows that one statement inserts. */
const BATCH = 500;
const PIPELINES = 20;
/** How often each search is made. */
const REPEATS = 30;

/** Pages of runs, over HTTP: all of them, by each filter, and searches that find much or nothing. */
export const runPages: Benchmark = {
  name: 'run list and search, 100,000 runs, p99',
  mode: 'warm process, over HTTP',
  unit: 'ms',
  target: 50,
  limitOf: 'a page of that size from a bare Node server, p99',
  limit: async () => percentile99(await bareRequests(JSON.stringify(page), 10 * REPEATS)),
  mostRounds: 2,
  async open() {
    const system = await openSystem(noopJob.inProcess);
    const searches = await fill(homeLayout(system.home).state);
    await system.start('orchestrator');
    return { sample: () => searchAll(system, searches), close: system.stop };
  },
};

const page = Array.from({ length: 50 }, () => ({ text: 'x'.repeat(300) }));

async function searchAll({ ask }: BenchSystem, searches: Search[]): Promise<number> {
  const times: number[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    for (const { query, finds } of searches) {
      let answer: unknown;
      times.push(await timed(async () => (answer = await ask(`/v1/runs?${query}`))));
      const found = runList.parse(answer).runs.length;
      if (found !== finds) throw new Error(`${query} found ${found} runs and not ${finds}`);
    }
  }
  return percentile99(times);
}

interface Search {
  query: string;
  /** How many runs its page has. */
  finds: number;
}

/** Fills a state file, and gives searches of it. One run in 100 has failed, one in 10,000 oddly. */
async function fill(file: string): Promise<Search[]> {
  const ids = timeOrderedIds(systemClock);
  const db = await openSqlite(file);
  const pipelines = Array.from({ length: PIPELINES }, (_, n) =>
    validatePipeline({ ...noopSteps(3), name: `bench-${n}` }, 'bench'),
  );
  const record = (n: number): RunRecord => {
    const pipeline = pipelines[n % PIPELINES] ?? pipelines[0];
    if (!pipeline) throw new Error('there are no pipelines');
    const createdAt = new Date(Date.UTC(2026, 0, 1) + n * 60_000);
    const runDate = createdAt.toISOString().slice(0, 10);
    const request = { pipeline, runDate, params: {}, trigger: 'schedule' as const };
    const plan = planRun(request, { runId: ids.next(), createdAt, codeRevision: 'bench' });
    const code = n % 10_000 === 0 ? 'JOB_MEMORY' : n % 100 === 0 ? 'SQL_INVALID' : null;
    return {
      run_id: plan.runId,
      pipeline: pipeline.name,
      run_date: runDate,
      state: code ? 'failed' : 'succeeded',
      trigger: plan.trigger,
      plan: JSON.stringify(plan),
      created_at: createdAt.toISOString(),
      finished_at: new Date(createdAt.getTime() + 5000).toISOString(),
      error: code && JSON.stringify({ code, message: code, fix: code, retryable: false }),
      error_code: code,
      priority: plan.priority,
      cause: null,
    };
  };
  let middle = '';
  await db.transaction().execute(async (tx) => {
    for (let first = 0; first < RUNS; first += BATCH) {
      const records = Array.from({ length: BATCH }, (_, index) => record(first + index));
      await tx.insertInto('runs').values(records).execute();
      const announced = records.map(({ run_id }) => ({ run_id }));
      await tx.insertInto('announced_runs').values(announced).execute();
      if (first === RUNS / 2) middle = records[0]?.run_id ?? '';
    }
  });
  await db.destroy();
  return [
    { query: '', finds: 50 },
    { query: 'limit=500', finds: 500 },
    { query: `before=${middle}`, finds: 50 },
    { query: 'state=failed', finds: 50 },
    { query: 'state=running', finds: 0 },
    { query: 'pipeline=bench-7', finds: 50 },
    { query: 'pipeline=bench-0&state=failed', finds: 50 },
    { query: 'runDateFrom=2026-02-01&runDateTo=2026-02-02', finds: 50 },
    { query: 'q=SQL_INV', finds: 50 },
    { query: 'q=job_memory', finds: 10 },
    { query: `q=${middle.slice(8)}`, finds: 1 },
    { query: 'q=nothing-has-this', finds: 0 },
  ];
}
