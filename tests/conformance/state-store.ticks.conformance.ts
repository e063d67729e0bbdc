import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { StateStore } from '@triad/shared/state/state-store.ts';
import { planOf } from '../harness/run-fixtures.ts';

/** The ledger of expected ticks: each fires at most once. */
export function tickConformance(store: () => StateStore): void {
  describe('ticks', () => {
    const day = (n: number) => new Date(Date.UTC(2024, 0, n, 6));
    const tick = (n: number, pipeline = 'test') => ({
      pipeline,
      dueAt: day(n),
      runDate: day(n).toISOString().slice(0, 10),
    });

    test('two schedulers fire one tick once', async () => {
      await store().expectTick(tick(1));
      const fired = await Promise.all(
        ['r1', 'r2', 'r3'].map((runId) => store().createRun(planOf(runId), tick(1))),
      );
      assert.equal(fired.filter(Boolean).length, 1);
      const runs = await store().listRuns({ limit: 10 });
      assert.equal(runs.length, 1);
      assert.deepEqual(await store().listTicks(10), [{ ...tick(1), runId: runs[0]?.runId }]);
      assert.equal(await store().createRun(planOf('r4'), tick(1)), false);
      assert.equal(await store().getRun('r4'), undefined);
    });

    test('a tick that was not expected fires nothing', async () => {
      assert.equal(await store().createRun(planOf('r1'), tick(1)), false);
      assert.equal(await store().getRun('r1'), undefined);
    });

    test('a run that cannot be created leaves its tick unfired', async () => {
      await store().expectTick(tick(1));
      await store().createRun(planOf('r1'));
      await assert.rejects(store().createRun(planOf('r1'), tick(1)));
      assert.equal((await store().dueTicks(day(1))).length, 1);
    });

    test('expecting a tick again changes nothing, also after it fired', async () => {
      await store().expectTick(tick(1));
      await store().createRun(planOf('r1'), tick(1));
      await store().expectTick(tick(1));
      assert.deepEqual(await store().listTicks(10), [{ ...tick(1), runId: 'r1' }]);
    });

    test('due are the unfired ticks up to now, oldest first', async () => {
      for (const n of [3, 1, 4, 2]) await store().expectTick(tick(n));
      await store().expectTick(tick(2, 'other'));
      await store().createRun(planOf('r1'), tick(1));
      const due = await store().dueTicks(day(3));
      assert.deepEqual(
        due.map(({ dueAt, runId }) => [dueAt.getUTCDate(), runId]),
        [
          [2, null],
          [2, null],
          [3, null],
        ],
      );
      assert.deepEqual(await store().dueTicks(new Date(day(2).getTime() - 1)), []);
    });

    test('ticks are listed newest first, up to the limit', async () => {
      for (const n of [2, 3, 1]) await store().expectTick(tick(n));
      const listed = await store().listTicks(2);
      assert.deepEqual(
        listed.map(({ runDate }) => runDate),
        ['2024-01-03', '2024-01-02'],
      );
    });
  });
}
