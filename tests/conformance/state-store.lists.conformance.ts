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

    test('runs are found by trigger, run date, creation and text', async () => {
      const day = (n: number) => `2024-03-0${n}`;
      const instant = (n: number) => new Date(`${day(n)}T06:00:00.000Z`);
      for (const n of [1, 2, 3]) {
        const trigger = n === 2 ? 'backfill' : 'schedule';
        const dates = { runDate: day(n), createdAt: instant(n) };
        await store().createRun(planOf(`s${n}`, { trigger, ...dates }));
      }
      const failed = (runId: string, code: string) => {
        const error = { code, message: 'm', fix: 'f', retryable: false };
        const change = changeOf({ state: 'failed', finishedAt: at, error });
        return store().applyChange(runId, 0, change);
      };
      await failed('s1', 'JOB_TIMEOUT');
      await failed('s3', 'JOBXTIMEOUT');
      assert.deepEqual(await ids({ trigger: 'backfill' }), ['s2']);
      assert.deepEqual(await ids({ runDateFrom: day(2) }), ['s3', 's2']);
      assert.deepEqual(await ids({ runDateFrom: day(1), runDateTo: day(2) }), ['s2', 's1']);
      assert.deepEqual(await ids({ createdFrom: instant(2), createdTo: instant(3) }), ['s2']);
      assert.deepEqual(await ids({ text: 'S' }), ['s3', 's2', 's1']);
      assert.deepEqual(await ids({ text: 'job_time' }), ['s1'], '_ stands for itself alone');
      assert.deepEqual(await ids({ text: '%' }), []);
      assert.deepEqual(await ids({ text: 'timeout', trigger: 'schedule', before: 's3' }), ['s1']);
    });

    test('looks of sensors are listed only where they are asked for', async () => {
      const pipeline = pipelineOf(['s'], { name: 'sense-a-b' });
      await store().createRun(planOf('r5', { trigger: 'look', pipeline }));
      assert.deepEqual(await ids({}, 1), ['r4']);
      assert.deepEqual(await ids({ trigger: 'look' }), ['r5']);
      assert.deepEqual(await ids({ pipeline: 'sense-a-b' }), ['r5']);
    });

    test('a run that is no longer failed is not found by its error', async () => {
      const error = { code: 'JOB_LOST', message: 'm', fix: 'f', retryable: true };
      await store().applyChange('r4', 0, changeOf({ state: 'failed', finishedAt: at, error }));
      assert.deepEqual(await ids({ text: 'JOB_LOST' }), ['r4']);
      await store().applyChange('r4', 0, changeOf({ state: 'running' }));
      assert.deepEqual(await ids({ text: 'JOB_LOST' }), []);
    });

    test('active are the runs that have not finished, oldest first', async () => {
      assert.deepEqual(await store().activeRuns(), ['r0', 'r2', 'r4']);
    });
  });
}
