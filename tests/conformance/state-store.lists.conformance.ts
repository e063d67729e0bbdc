import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { StateStore } from '@triad/shared/state/state-store.ts';
import { changeOf, pipelineOf, planOf } from '../harness/run-fixtures.ts';

/** Lists of runs: order, filters, pages. */
export function listConformance(store: () => StateStore): void {
  describe('lists', () => {
    const at = new Date('2024-02-01T07:00:00.000Z');
    beforeEach(async () => {
      for (const [i, pipeline] of ['a', 'b', 'a', 'b', 'a'].entries()) {
        await store().createRun(
          planOf(`r${i}`, { pipeline: pipelineOf(['s'], { name: pipeline }) }),
        );
      }
      await store().applyChange('r1', 0, changeOf({ state: 'succeeded', finishedAt: at }));
      await store().applyChange('r2', 0, changeOf({ state: 'cancelling' }));
      await store().applyChange('r3', 0, changeOf({ state: 'failed', finishedAt: at }));
    });
    const ids = async (filter: Omit<Parameters<StateStore['listRuns']>[0], 'limit'>, limit = 9) =>
      (await store().listRuns({ ...filter, limit })).map(({ runId }) => runId);

    test('runs are listed newest first, by pipeline and by state', async () => {
      assert.deepEqual(await ids({}), ['r4', 'r3', 'r2', 'r1', 'r0']);
      assert.deepEqual(await ids({ pipeline: 'b' }), ['r3', 'r1']);
      assert.deepEqual(await ids({ state: 'running' }), ['r4', 'r0']);
      assert.deepEqual(await ids({ pipeline: 'a', state: 'cancelling' }), ['r2']);
      assert.deepEqual(await ids({ pipeline: 'none' }), []);
    });

    test('pages that follow each other hold every run once', async () => {
      assert.deepEqual(await ids({}, 2), ['r4', 'r3']);
      assert.deepEqual(await ids({ before: 'r3' }, 2), ['r2', 'r1']);
      assert.deepEqual(await ids({ before: 'r1' }, 2), ['r0']);
      assert.deepEqual(await ids({ before: 'r4', pipeline: 'a' }), ['r2', 'r0']);
    });

    test('active are the runs that have not finished, oldest first', async () => {
      assert.deepEqual(await store().activeRuns(), ['r0', 'r2', 'r4']);
    });
  });
}
