import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { CursorSwap, SensorStore } from '@triad/shared/state/sensor-store.ts';

export interface OpenedSensorStore {
  store: SensorStore;
  /** The store as another process opens it later. */
  reopen(): Promise<SensorStore>;
}

const key = { pipeline: 'p', sensor: 's' };
const at = (second: number) => new Date(Date.UTC(2024, 1, 1, 6, 0, second));
const error = { code: 'TEST', message: 'm', fix: 'f', retryable: true };
const swapOf = (more: Partial<CursorSwap> = {}): CursorSwap => ({
  value: 'new',
  summary: 'one file',
  pending: true,
  at: at(1),
  ...more,
});

/** What every `SensorStore` must do. */
export function sensorStoreConformance(name: string, open: () => Promise<OpenedSensorStore>): void {
  describe(`sensor store: ${name}`, () => {
    let opened: OpenedSensorStore;
    let store: SensorStore;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });

    test('a new cursor has seen nothing and is due; an old one stays as it is', async () => {
      const cursor = await store.expect(key, at(0));
      assert.deepEqual(cursor, {
        ...key,
        generation: 0,
        value: null,
        previous: null,
        summary: '',
        pending: false,
        runId: null,
        looks: 0,
        checkedAt: null,
        changedAt: null,
        nextLookAt: at(0),
        skips: 0,
        failures: 0,
        error: null,
      });
      assert.deepEqual(await store.expect(key, at(9)), cursor);
      assert.deepEqual(await store.list(), [cursor]);
    });

    test('of those that want one look at the same time, one gets it', async () => {
      const seen = await store.expect(key, at(0));
      const claims = await Promise.all([1, 2, 3].map(() => store.claimLook(seen, at(60))));
      const [claimed, ...others] = claims.filter((claim) => claim !== undefined);
      assert.deepEqual(others, []);
      assert.deepEqual([claimed?.looks, claimed?.nextLookAt], [1, at(60)]);
    });

    test('of those that swap the same generation, one does', async () => {
      await store.expect(key, at(0));
      const swaps = ['a', 'b', 'c'].map((value) => store.swap(key, 0, swapOf({ value })));
      const done = await Promise.all(swaps);
      assert.equal(done.filter(Boolean).length, 1);
      const cursor = await store.expect(key, at(0));
      assert.deepEqual([cursor.generation, cursor.value], [1, ['a', 'b', 'c'][done.indexOf(true)]]);
    });

    test('a swap keeps the value before, and forgets failures and skips', async () => {
      await store.expect(key, at(0));
      await store.swap(key, 0, swapOf({ value: 7, pending: false }));
      await store.skip(key, 1, at(2));
      await store.fail(key, error, at(3), at(9));
      assert.equal(await store.swap(key, 1, swapOf({ value: 8, at: at(4) })), true);
      const cursor = await store.expect(key, at(0));
      assert.deepEqual([cursor.value, cursor.previous, cursor.generation], [8, 7, 2]);
      assert.deepEqual([cursor.skips, cursor.failures, cursor.error], [0, 0, null]);
      assert.deepEqual([cursor.changedAt, cursor.checkedAt], [at(4), at(4)]);
    });

    test('a change whose run has not started cannot be swapped away', async () => {
      await store.expect(key, at(0));
      await store.swap(key, 0, swapOf());
      assert.equal(await store.swap(key, 1, swapOf({ value: 'newer' })), false);
      await store.settle(key, 1, 'r1');
      const cursor = await store.expect(key, at(0));
      assert.deepEqual([cursor.value, cursor.pending, cursor.runId], ['new', false, 'r1']);
      assert.equal(await store.swap(key, 1, swapOf({ value: 'newer' })), true);
    });

    test('who is late settles and skips nothing', async () => {
      await store.expect(key, at(0));
      await store.swap(key, 0, swapOf());
      const before = await store.expect(key, at(0));
      await store.settle(key, 0, 'r0');
      await store.skip(key, 0, at(5));
      assert.deepEqual(await store.expect(key, at(0)), before);
    });

    test('a failure is recorded and moves no value; the next skip forgets it', async () => {
      await store.expect(key, at(0));
      await store.swap(key, 0, swapOf({ pending: false }));
      await store.fail(key, error, at(2), at(30));
      await store.fail(key, error, at(3), at(40));
      const failed = await store.expect(key, at(0));
      assert.deepEqual([failed.value, failed.generation, failed.failures], ['new', 1, 2]);
      assert.deepEqual([failed.error, failed.nextLookAt], [error, at(40)]);
      await store.skip(key, 1, at(41));
      const skipped = await store.expect(key, at(0));
      assert.deepEqual([skipped.error, skipped.failures, skipped.skips], [null, 0, 1]);
      assert.deepEqual(skipped.checkedAt, at(41));
    });

    test('values of each type come back as they were, also after a restart', async () => {
      for (const [generation, value] of ['text', 1.5, true, false, 0, '', null].entries()) {
        await store.expect(key, at(0));
        await store.swap(key, generation, swapOf({ value, pending: false }));
        assert.equal((await store.expect(key, at(0))).value, value);
      }
      const before = await store.list();
      assert.deepEqual(await (await opened.reopen()).list(), before);
    });
  });
}
