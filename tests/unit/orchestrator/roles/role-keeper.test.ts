import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { KyselyLeaseStore } from '@triad/shared/state/kysely-lease-store.ts';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';
import { RoleKeeper } from '../../../../orchestrator/roles/role-keeper.ts';
import { FakeClock } from '../../../harness/fake-clock.ts';

let clock: FakeClock;
let leases: KyselyLeaseStore;
const keeperOf = (holder: string) =>
  new RoleKeeper({ leases, clock, role: 'test', holder, leaseMs: 10_000 });
const idle = async () => {};

beforeEach(async () => {
  clock = new FakeClock();
  leases = new KyselyLeaseStore(await openSqlite(':memory:'));
});

test('one keeper at a time does the work, and goes on doing it', async () => {
  const [a, b] = [keeperOf('a'), keeperOf('b')];
  for (let round = 0; round < 10; round += 1) {
    assert.equal(await a.perform(idle), true);
    assert.equal(await b.perform(idle), false);
    await clock.advance(4_000);
  }
  assert.equal((await leases.find('test'))?.token, 1);
});

test('when its holder dies another one takes the role once the lease is over', async () => {
  const [a, b] = [keeperOf('a'), keeperOf('b')];
  await a.perform(idle);
  await clock.advance(9_999);
  assert.equal(await b.perform(idle), false);
  await clock.advance(1);
  assert.equal(await b.perform(idle), true);
});

test('a role that is given up is free at once', async () => {
  const [a, b] = [keeperOf('a'), keeperOf('b')];
  await a.perform(idle);
  await a.release();
  assert.equal(await b.perform(idle), true);
});

test('a holder that was paused is told before its next effect', async () => {
  const [a, b] = [keeperOf('a'), keeperOf('b')];
  const told: boolean[] = [];
  await a.perform(async (renew) => {
    told.push(await renew());
    await clock.advance(6_000);
    told.push(await renew());
    await clock.advance(10_000);
    assert.equal(await b.perform(idle), true);
    told.push(await renew());
  });
  assert.deepEqual(told, [true, true, false]);
  assert.equal(await a.perform(idle), false);
});
