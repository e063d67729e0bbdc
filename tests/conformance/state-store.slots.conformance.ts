import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { StateStore } from '@triad/shared/state/state-store.ts';
import {
  changeOf,
  dispatchedEvent,
  everythingOf,
  inFlightOf,
  planOf,
} from '../harness/run-fixtures.ts';

/** A slot is held by at most one attempt of all runs. */
export function slotConformance(store: () => StateStore): void {
  describe('slots of pools', () => {
    const slots = [{ pool: 'warehouse', slot: 0 }];
    const take = (runId: string, step: string, seen = 0, ended: string[] = []) =>
      store().applyChange(
        runId,
        seen,
        changeOf({
          events: [dispatchedEvent(step)],
          dispatched: [inFlightOf(runId, step, { slots })],
          ended,
        }),
      );

    beforeEach(async () => {
      await store().createRun(planOf('r1'));
      await store().createRun(planOf('r2'));
    });

    test('a slot is held by one attempt of all runs', async () => {
      const taken = await Promise.all([take('r1', 'a'), take('r2', 'a')]);
      assert.deepEqual(taken.toSorted(), [false, true]);
      assert.equal((await store().inFlight()).length, 1);
    });

    test('a change that wants a slot which is taken stores nothing, not even its ends', async () => {
      await take('r1', 'a');
      const other = inFlightOf('r2', 'a');
      await store().applyChange('r2', 0, changeOf({ dispatched: [other] }));
      const before = await everythingOf(store(), 'r1', 'r2');
      assert.equal(await take('r2', 'b', 0, [other.commandId]), false);
      assert.deepEqual(await everythingOf(store(), 'r1', 'r2'), before);
    });

    test('one change cannot give a slot twice', async () => {
      const both = ['a', 'b'].map((step) => inFlightOf('r1', step, { slots }));
      assert.equal(await store().applyChange('r1', 0, changeOf({ dispatched: both })), false);
      assert.deepEqual(await store().inFlight(), []);
    });

    test('an end frees the slot, for its own change and for others', async () => {
      assert.equal(await take('r1', 'a'), true);
      assert.equal(await take('r1', 'b', 1, ['r1:a:1']), true);
      assert.equal(await take('r2', 'a'), false);
      await store().applyChange('r1', 2, changeOf({ ended: ['r1:b:1'] }));
      assert.equal(await take('r2', 'a'), true);
      assert.deepEqual(
        (await store().inFlight()).map(({ commandId }) => commandId),
        ['r2:a:1'],
      );
    });

    test('attempts without a slot do not exclude each other', async () => {
      const three = ['a', 'b', 'c'].map((step) => inFlightOf('r1', step));
      assert.equal(await store().applyChange('r1', 0, changeOf({ dispatched: three })), true);
      assert.deepEqual(await store().inFlight(), three);
    });
  });
}
