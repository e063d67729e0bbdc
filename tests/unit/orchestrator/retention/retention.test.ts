import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { KyselyLeaseStore } from '@triad/shared/state/kysely-lease-store.ts';
import { KyselyRetentionStore } from '@triad/shared/state/kysely-retention-store.ts';
import { KyselyStateStore } from '@triad/shared/state/kysely-state-store.ts';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';
import { Retention } from '../../../../orchestrator/retention/retention.ts';
import { RoleKeeper } from '../../../../orchestrator/roles/role-keeper.ts';
import { FakeClock } from '../../../harness/fake-clock.ts';
import { MemoryArtifactStore } from '../../../harness/memory-artifact-store.ts';
import { recordingLogger } from '../../../harness/recording-logger.ts';
import { changeOf, planOf } from '../../../harness/run-fixtures.ts';

const dayMs = 86_400_000;
let clock: FakeClock;
let artifacts: MemoryArtifactStore;
let state: KyselyStateStore;
let store: KyselyRetentionStore;
let retentionOf: (days?: number) => Retention;

beforeEach(async () => {
  clock = new FakeClock('2024-06-01T00:00:00.000Z');
  artifacts = new MemoryArtifactStore();
  const db = await openSqlite(':memory:');
  state = new KyselyStateStore(db);
  store = new KyselyRetentionStore(db);
  const leases = new KyselyLeaseStore(db);
  const { log } = recordingLogger();
  let holders = 0;
  retentionOf = (days) => {
    holders += 1;
    const holder = `holder ${holders}`;
    const role = new RoleKeeper({ leases, clock, role: 'retention', holder, leaseMs: 60_000 });
    return new Retention({ store, artifacts, role, clock, log, days });
  };
  for (const [runId, age] of Object.entries({ old: 31, exact: 30, new: 1 })) {
    await state.createRun(planOf(runId));
    await state.applyChange(runId, 0, changeOf({ state: 'failed', finishedAt: daysAgo(age) }));
    await artifacts.put(`runs/${runId}/only/1/result`, 'x');
    await artifacts.put(`commands/${runId}:only:1/claim.json`, '{}');
    await artifacts.put(`messages/${runId}/m1.json`, '{}');
  }
});

const daysAgo = (days: number) => new Date(clock.now().getTime() - days * dayMs);
const paths = async () => (await artifacts.list('')).map(({ path }) => path);
const runs = async () => (await state.listRuns({ limit: 9 })).map(({ runId }) => runId);
const kept = [
  'commands/exact:only:1/claim.json',
  'commands/new:only:1/claim.json',
  'messages/exact/m1.json',
  'messages/new/m1.json',
  'runs/exact/only/1/result',
  'runs/new/only/1/result',
];

test('a finished run that is older goes with its artifacts, and nothing else', async () => {
  assert.deepEqual((await retentionOf().preview(30)).runs, ['old']);
  assert.deepEqual(await runs(), ['old', 'new', 'exact']);
  assert.deepEqual((await retentionOf().prune(30)).runs, ['old']);
  assert.deepEqual(await runs(), ['new', 'exact']);
  assert.deepEqual(await paths(), kept);
});

test('a death between a run and its files leaves nothing behind after the next round', async () => {
  artifacts.deletePrefix = () => Promise.reject(new Error('the process dies here'));
  await retentionOf().prune(30);
  assert.deepEqual(await runs(), ['new', 'exact']);
  assert.equal((await paths()).length, 9);
  Reflect.deleteProperty(artifacts, 'deletePrefix');
  assert.deepEqual((await retentionOf().prune(30)).runs, []);
  assert.deepEqual(await paths(), kept);
  assert.deepEqual(await store.removedRuns(), []);
});

test('without a number of days only looks of sensors go by themselves: all but the newest 20', async () => {
  for (let n = 10; n < 35; n += 1) {
    await state.createRun(planOf(`look-${n}`, { trigger: 'look' }));
    await state.applyChange(`look-${n}`, 0, changeOf({ state: 'failed', finishedAt: daysAgo(0) }));
    await artifacts.put(`runs/look-${n}/value/1/error.json`, '{}');
  }
  const retention = retentionOf();
  retention.start();
  await clock.advance(60_000);
  const looks = (await state.listRuns({ trigger: 'look', limit: 99 })).map(({ runId }) => runId);
  assert.deepEqual([looks.length, looks.at(-1)], [20, 'look-15']);
  assert.equal((await artifacts.list('runs/look')).length, 20);
  assert.equal((await runs()).length, 3);
  await retention.stop();
  assert.equal(clock.pending, 0);
});

test('every day what has become old goes, whichever of two orchestrators does it', async () => {
  const both = [retentionOf(30), retentionOf(30)];
  for (const each of both) each.start();
  await clock.advance(60_000);
  assert.deepEqual(await runs(), ['new', 'exact']);
  for (let hour = 1; hour < 24; hour += 1) await clock.advance(dayMs / 24);
  assert.deepEqual(await runs(), ['new', 'exact']);
  await clock.advance(dayMs / 24);
  assert.deepEqual(await runs(), ['new']);
  for (const each of both) await each.stop();
  assert.equal(clock.pending, 0);
});

test('one that loses its role in the middle stops', async () => {
  assert.deepEqual((await retentionOf().prune(1, async () => false)).runs, []);
  assert.equal((await runs()).length, 3);
});
