import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { loadConfig } from '@triad/shared/config/config.ts';
import { homeLayout } from '@triad/shared/config/home.ts';
import type { RunView } from '@triad/shared/contracts/run-view.ts';
import { httpJson } from '@triad/shared/http/http-json.ts';
import { KyselyStateStore } from '@triad/shared/state/kysely-state-store.ts';
import { KyselyTickLedger } from '@triad/shared/state/kysely-tick-ledger.ts';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';
import { queryWarehouse } from '../../cli/warehouse/query-warehouse.ts';
import { keepResults } from '../guarantees/results.ts';
import { seededRandom } from '../harness/seeded-random.ts';
import { Fleet } from './fleet.ts';
import { checkInvariants } from './invariants.ts';
import { letLoose } from './monkey.ts';
import { printFindings } from './print-findings.ts';

/*
 * npm run chaos -- [--runs 200] [--seed n] [--minutes 15]
 *
 * Real services behind a bad network, killed at random together with their jobs, while runs are
 * asked for; then a table of what must hold. Ends non-zero when something does not.
 */

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '15' },
  },
});
const wanted = Number(values.runs);
const random = seededRandom(Number(values.seed));
const deadline = performance.now() + Number(values.minutes) * 60_000;
const say = (text: string) => process.stdout.write(`${text}\n`);

const fleet = await Fleet.start(1, {});
say(`${wanted} runs, seed ${values.seed}, home ${fleet.home}`);
const startedAt = new Date();
const calm = new AbortController();
const mischief = letLoose(fleet, random, calm.signal);

const answered: string[] = [];
for (let index = 0; index < wanted; index += 1) {
  answered.push(await askForRun(index));
  if (random() < 0.2) await pause(500 * random());
}
say(`all ${wanted} runs are asked for`);
const mostlyDone = async () => (await unfinished()) <= wanted / 20;
await untilTime('most runs to finish', mostlyDone);
calm.abort();
const { kills, weather } = await mischief;
say(`calm after ${kills.orchestrator} + ${kills.invoker} service kills, ${kills.job} job kills`);
say(`and ${weather.drop} drops, ${weather.delay} delays, ${weather.blackhole} blackholes`);
await untilTime('all runs to finish', async () => (await unfinished()) === 0);

const runs: RunView[] = [];
for (const { runId } of await listRuns()) runs.push((await ask(`/v1/runs/${runId}`)) as RunView);
const endedAt = new Date();
const { deadLetters } = (await ask('/v1/dead-letters')) as { deadLetters: unknown[] };
const survivors = fleet.jobPids();
await fleet.stop();

const db = await openSqlite(homeLayout(fleet.home).state);
const state = new KyselyStateStore(db);
const query =
  'SELECT CAST(run_date AS STRING) AS run_date, COUNT(*) AS found, COUNT(DISTINCT n) AS different FROM ledger GROUP BY run_date';
const config = { ...loadConfig(), home: fleet.home };
const findings = await checkInvariants({
  home: fleet.home,
  answered,
  runs,
  state,
  ticks: await new KyselyTickLedger(db).list({ limit: 500 }),
  published: JSON.parse(await queryWarehouse(config, query, 'json')),
  deadLetters: deadLetters.length,
  survivors,
  minutes: minutesBetween(startedAt, endedAt),
});
await state.close();
printFindings(findings, say);
const broken = findings.filter(({ violations }) => violations.length > 0).length;
keepResults('chaos', { chaos: { passed: findings.length - broken, failed: broken } });
process.exitCode = broken > 0 ? 1 : 0;

/** One in ten publishes; each has a run date of its own. */
async function askForRun(index: number): Promise<string> {
  const pipeline = index % 10 === 0 ? 'ledger' : 'chain';
  const runDate = new Date(Date.UTC(2020, 0, 1 + index)).toISOString().slice(0, 10);
  const body = JSON.stringify({ pipeline, runDate });
  const headers = { 'content-type': 'application/json', 'idempotency-key': `chaos-${index}` };
  for (;;) {
    try {
      const signal = AbortSignal.timeout(5000);
      const url = `${fleet.url}/v1/runs`;
      const answer = await fetch(url, { method: 'POST', headers, body, signal });
      if (answer.status === 201) return ((await answer.json()) as RunView).runId;
    } catch {
      // It is dead, or the answer was lost: asking again with the same key is safe.
    }
    await pause(100);
    if (performance.now() > deadline) throw new Error('time is up while runs are asked for');
  }
}

async function ask(path: string): Promise<unknown> {
  for (;;) {
    try {
      return await httpJson({ service: 'orchestrator', url: `${fleet.url}${path}` });
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await pause(100);
    }
  }
}

async function listRuns() {
  type Page = { runs: { runId: string; finishedAt: string | null }[]; next: string | null };
  const all: Page['runs'] = [];
  for (let before = ''; ; ) {
    const page = (await ask(`/v1/runs?limit=500${before}`)) as Page;
    all.push(...page.runs);
    if (page.next === null) return all;
    before = `&before=${page.next}`;
  }
}

async function unfinished(): Promise<number> {
  return (await listRuns()).filter(({ finishedAt }) => finishedAt === null).length;
}

async function untilTime(what: string, holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`time is up while waiting for ${what}`);
    await pause(500);
  }
}

/** The full minutes after `from`, up to a while before `to` that a run has to begin. */
function minutesBetween(from: Date, to: Date): Date[] {
  const first = Math.ceil(from.getTime() / 60_000) * 60_000;
  const last = to.getTime() - 5000;
  const minutes: Date[] = [];
  for (let at = first; at <= last; at += 60_000) minutes.push(new Date(at));
  return minutes;
}
