import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { LeaseStore } from '@triad/shared/state/lease-store.ts';

const at = (second: number) => new Date(Date.UTC(2024, 0, 1, 0, 0, second));

/** What every adapter of the lease port must do. `open` gives an empty store. */
export function leaseStoreConformance(name: string, open: () => Promise<LeaseStore>): void {
  describe(`lease store: ${name}`, () => {
    let store: LeaseStore;
    beforeEach(async () => {
      store = await open();
    });
    const held = async (holder: string, from: number, to: number) => {
      const lease = await store.acquire('role', holder, at(from), at(to));
      assert.ok(lease);
      return lease;
    };

    test('a lease is had by one holder until it expires', async () => {
      assert.equal(await store.find('role'), undefined);
      const first = await held('a', 0, 10);
      assert.deepEqual(first, { name: 'role', holder: 'a', token: 1, expiresAt: at(10) });
      assert.equal(await store.acquire('role', 'b', at(9), at(19)), undefined);
      assert.deepEqual(await store.find('role'), first);
      assert.deepEqual((await held('b', 10, 20)).token, 2);
    });

    test('roles do not exclude each other', async () => {
      await held('a', 0, 10);
      assert.ok(await store.acquire('other', 'b', at(0), at(10)));
    });

    test('of many that want a lease one gets it', async () => {
      const asked = await Promise.all(
        ['a', 'b', 'c', 'd', 'e'].map((holder) => store.acquire('role', holder, at(0), at(10))),
      );
      assert.equal(asked.filter((lease) => lease !== undefined).length, 1);
      const again = await Promise.all(
        ['a', 'b', 'c', 'd', 'e'].map((holder) => store.acquire('role', holder, at(10), at(20))),
      );
      assert.deepEqual(
        again.flatMap((lease) => lease?.token ?? []),
        [2],
      );
    });

    test('a lease that is renewed keeps its token', async () => {
      const lease = await held('a', 0, 10);
      const renewed = await store.renew(lease, at(5), at(15));
      assert.deepEqual(renewed, { ...lease, expiresAt: at(15) });
      assert.equal(await store.acquire('role', 'b', at(14), at(24)), undefined);
    });

    test('a lease that has expired is not renewed, even when nobody else has it', async () => {
      const lease = await held('a', 0, 10);
      assert.equal(await store.renew(lease, at(10), at(20)), undefined);
    });

    test('a holder that was paused neither renews nor releases the lease of the next', async () => {
      const paused = await held('a', 0, 10);
      const next = await held('b', 12, 22);
      assert.equal(await store.renew(paused, at(13), at(30)), undefined);
      await store.release(paused, at(13));
      assert.deepEqual(await store.find('role'), next);
    });

    test('a released lease is free at once, and its token is not used again', async () => {
      await store.release(await held('a', 0, 10), at(1));
      assert.equal((await held('b', 1, 11)).token, 2);
    });
  });
}
