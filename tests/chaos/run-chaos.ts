import { rm } from 'node:fs/promises';
import { DirectoryArtifactStore } from '@triad/shared/artifacts/directory-artifact-store.ts';
import { loadConfig } from '@triad/shared/config/config.ts';
import { homeLayout } from '@triad/shared/config/home.ts';
import type { AlarmNotice } from '@triad/shared/contracts/alarm-view.ts';
import type { RunView } from '@triad/shared/contracts/run-view.ts';
import { KyselyStateStore } from '@triad/shared/state/kysely-state-store.ts';
import { KyselyTickLedger } from '@triad/shared/state/kysely-tick-ledger.ts';
import type { RecordedEvent } from '@triad/shared/state/state-store.ts';
import { queryWarehouse } from '../../cli/warehouse/query-warehouse.ts';
import { seededRandom } from '../harness/seeded-random.ts';
import { Api } from './api.ts';
import { type ChaosDatabase, type DatabaseName, databases } from './databases.ts';
import { type Finding, look } from './finding.ts';
import { Fleet } from './fleet.ts';
import { alarmedDates, checkAlarms, failedDates } from './invariants/alarms.ts';
import { checkRuns } from './invariants/runs.ts';
import { checkSystem } from './invariants/system.ts';
import { checkWork } from './invariants/work.ts';
import { letLoose, type Mischief } from './monkey.ts';
import { Users } from './users.ts';

export interface ChaosOptions {
  database: DatabaseName;
  /** How many runs users ask for. */
  runs: number;
  seed: number;
  /** When time is up, in the milliseconds of `performance.now()`. */
  deadline: number;
  say: (line: string) => void;
}

export interface ChaosReport {
  database: DatabaseName;
  runs: number;
  seconds: number;
  mischief: Record<string, number>;
  findings: Finding[];
}

/**
 * Real services on a database, at the mercy of a monkey while users ask for runs; then everything
 * that must hold. Where something does not, the home stays.
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const began = performance.now();
  const database = await databases[options.database]();
  const fleet = await Fleet.start(database);
  options.say(`${options.database}: ${options.runs} runs, seed ${options.seed}, ${fleet.home}`);
  // A server that is left behind would run for ever; services end with this process.
  const abandon = () => {
    database.stop();
    process.exit(1);
  };
  process.once('SIGINT', abandon).once('SIGTERM', abandon);
  try {
    const { mischief, users, startedAt } = await letThemLoose(fleet, database, options);
    const findings = await aftermath(fleet, database, users, startedAt, options);
    if (findings.every(({ violations }) => violations.length === 0)) {
      await rm(fleet.home, { recursive: true });
    }
    const seconds = Math.round((performance.now() - began) / 1000);
    const { runs } = options;
    return {
      database: options.database,
      runs,
      seconds,
      mischief: Object.fromEntries([...mischief].toSorted()),
      findings,
    };
  } finally {
    await fleet.stop();
    database.stop();
    process.off('SIGINT', abandon).off('SIGTERM', abandon);
  }
}

async function letThemLoose(
  fleet: Fleet,
  database: ChaosDatabase,
  { runs, seed, deadline, say }: ChaosOptions,
): Promise<{ mischief: Mischief; users: Users; startedAt: Date }> {
  const startedAt = new Date();
  const api = new Api(() => fleet.url, deadline);
  const users = new Users(api, seededRandom(seed));
  const calm = new AbortController();
  const monkey = letLoose(fleet, database, seededRandom(seed + 1), calm.signal);
  const unrest = Promise.all([monkey, users.meddle(calm.signal)]);
  unrest.catch(() => calm.abort());
  try {
    await users.askForRuns(runs);
    say(`${users.asked.length} runs are asked for`);
    await api.until(async () => (await unfinished(api)) <= runs / 20);
  } finally {
    calm.abort();
  }
  const [mischief] = await unrest;
  say('calm');
  await api.until(async () => (await unfinished(api)) === 0);
  return { mischief, users, startedAt };
}

async function aftermath(
  fleet: Fleet,
  database: ChaosDatabase,
  users: Users,
  startedAt: Date,
  { deadline }: ChaosOptions,
): Promise<Finding[]> {
  const api = new Api(() => fleet.url, deadline);
  const allRuns = async () => {
    const found: RunView[] = [];
    for (const { runId } of await api.runs()) found.push(await api.run(runId));
    return found;
  };
  // Until alarms tell how things stand.
  await api.until(async () => {
    const alarms = await api.alarms();
    const failed = [...failedDates(await allRuns())];
    const isTold = alarms.every((alarm) =>
      alarm.deliveries.every(({ state }) => state !== 'pending'),
    );
    return isTold && String(alarmedDates(alarms).toSorted()) === String(failed.toSorted());
  });
  const endedAt = new Date();
  const isInTime = !api.isTimeUp;
  await api.until(async () => (await unfinished(api)) === 0);
  const [runs, alarms, deadLetters] = [
    await allRuns(),
    await api.alarms(),
    await api.deadLetters(),
  ];
  const db = await database.open(fleet.home);
  const state = new KyselyStateStore(db);
  try {
    // What the last run left, a message or a job that outlives its manifest, is dealt with before they
    // are told to stop, not by the next ones.
    await api.until(async () => (await state.unpublished(1)).length === 0);
    await api.until(async () => fleet.unfinishedJobs().length === 0);
    const stubborn = await fleet.stop();
    const heard = fleet.people.requests.map(({ body }) => JSON.parse(body) as AlarmNotice);
    const events = new Map<string, readonly RecordedEvent[]>();
    for (const { runId } of runs) events.set(runId, (await state.getRun(runId))?.events ?? []);
    const services = fleet.members.map(({ name, deaths }) => {
      return { name, deaths, isStubborn: stubborn.includes(name) };
    });
    return await Promise.all([
      look('all was done in time', [isInTime], (is) => (is ? undefined : 'time is up')),
      ...checkRuns({
        users,
        runs,
        ticks: await new KyselyTickLedger(db).list({ limit: 500 }),
        minutes: minutesBetween(startedAt, endedAt),
        events,
      }),
      ...(await checkWork({
        runs,
        artifacts: new DirectoryArtifactStore({ directory: homeLayout(fleet.home).artifacts }),
        published: hasPublished(runs) ? await publishedRows(fleet.home) : [],
        jobs: fleet.jobs(),
      })),
      ...checkAlarms({ runs, alarms, heard }),
      ...(await checkSystem({ state, deadLetters, services })),
    ]);
  } finally {
    await state.close();
  }
}

async function unfinished(api: Api): Promise<number> {
  return (await api.runs()).filter(({ finishedAt }) => finishedAt === null).length;
}

const hasPublished = (runs: RunView[]): boolean =>
  runs.some(({ pipeline, state }) => pipeline === 'ledger' && state === 'succeeded');

async function publishedRows(home: string) {
  const query =
    'SELECT CAST(run_date AS STRING) AS run_date, COUNT(*) AS found, COUNT(DISTINCT n) AS different FROM ledger GROUP BY run_date';
  const answer = await queryWarehouse(
    { config: { ...loadConfig(), home }, env: process.env },
    query,
    'json',
  );
  return JSON.parse(answer) as { run_date: string; found: number; different: number }[];
}

/** The full minutes after `from`, up to a while before `to` that a run has to begin. */
function minutesBetween(from: Date, to: Date): Date[] {
  const first = Math.ceil(from.getTime() / 60_000) * 60_000;
  const last = to.getTime() - 5000;
  const minutes: Date[] = [];
  for (let at = first; at <= last; at += 60_000) minutes.push(new Date(at));
  return minutes;
}
