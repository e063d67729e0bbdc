import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { Backfill, BackfillItem, BackfillStore } from '@triad/shared/state/backfill-store.ts';
import type { StateStore } from '@triad/shared/state/state-store.ts';
import { changeOf, planOf } from '../harness/run-fixtures.ts';

const at = new Date('2024-02-01T06:00:00.000Z');
const backfillOf = (id: string, more: Partial<Backfill> = {}): Backfill => ({
  id,
  pipeline: 'test',
  state: 'running',
  from: '2024-01-01',
  to: '2024-01-03',
  concurrency: 2,
  onlyMissing: false,
  priority: 25,
  params: { source: `it's "quoted"` },
  createdAt: at,
  finishedAt: null,
  ...more,
});
const itemOf = (id: string, n: number): BackfillItem => ({
  cause: `backfill/${id}/2024-01-0${n}`,
  runDate: `2024-01-0${n}`,
  interval:
    n === 1
      ? null
      : { start: `2024-01-0${n - 1}T06:00:00.000Z`, end: `2024-01-0${n}T06:00:00.000Z` },
});
const itemsOf = (id: string) => [1, 2, 3].map((n) => itemOf(id, n));

/** What every adapter of the backfill port must do. `open` gives an empty store and the runs. */
export function backfillStoreConformance(
  name: string,
  open: () => Promise<{ backfills: BackfillStore; state: StateStore }>,
): void {
  describe(`backfill store: ${name}`, () => {
    let backfills: BackfillStore;
    let state: StateStore;
    const start = (runId: string, id: string, n: number) =>
      state.createRun(planOf(runId, { cause: itemOf(id, n).cause, queued: true }));

    beforeEach(async () => {
      ({ backfills, state } = await open());
    });

    test('a backfill is read back as it was created, its items in order', async () => {
      await backfills.create(backfillOf('b1'), itemsOf('b1'));
      assert.deepEqual(await backfills.get('b1'), backfillOf('b1'));
      assert.equal(await backfills.get('b2'), undefined);
      assert.deepEqual(
        await backfills.items('b1'),
        itemsOf('b1').map((item) => ({ ...item, run: null, error: null })),
      );
      assert.deepEqual(await backfills.next('b1', 2), itemsOf('b1').slice(0, 2));
    });

    test('an item that has a run is started, and its run tells how it is', async () => {
      await backfills.create(backfillOf('b1'), itemsOf('b1'));
      await start('r1', 'b1', 1);
      await start('r2', 'b1', 2);
      assert.deepEqual(await backfills.next('b1', 9), [itemOf('b1', 3)]);
      assert.deepEqual(await backfills.activeRuns('b1'), ['r1', 'r2']);
      await state.applyChange('r1', 0, changeOf({ state: 'succeeded', finishedAt: at }));
      assert.deepEqual(await backfills.activeRuns('b1'), ['r2']);
      assert.deepEqual(
        (await backfills.items('b1')).map(({ run }) => run),
        [{ runId: 'r1', state: 'succeeded' }, { runId: 'r2', state: 'queued' }, null],
      );
    });

    test('an item that was refused is not started, and keeps its error', async () => {
      await backfills.create(backfillOf('b1'), itemsOf('b1'));
      const error = new TriadError('NOT_FOUND', { what: 'pipeline', name: 'test' }).report();
      await backfills.refuse(itemOf('b1', 2).cause, error);
      assert.deepEqual(await backfills.next('b1', 9), [itemOf('b1', 1), itemOf('b1', 3)]);
      assert.deepEqual((await backfills.items('b1'))[1]?.error, error);
    });

    test('the progress counts each item once', async () => {
      await backfills.create(backfillOf('b1'), itemsOf('b1'));
      const none = { waiting: 0, active: 0, succeeded: 0, failed: 0, cancelled: 0, refused: 0 };
      assert.deepEqual(await backfills.progress('b1'), { ...none, waiting: 3 });
      await start('r1', 'b1', 1);
      await backfills.refuse(itemOf('b1', 2).cause, new TriadError('JOB_LOST').report());
      assert.deepEqual(await backfills.progress('b1'), {
        ...none,
        active: 1,
        refused: 1,
        waiting: 1,
      });
      await state.applyChange('r1', 0, changeOf({ state: 'failed', finishedAt: at }));
      await start('r3', 'b1', 3);
      await state.applyChange('r3', 0, changeOf({ state: 'cancelled', finishedAt: at }));
      assert.deepEqual(await backfills.progress('b1'), {
        ...none,
        failed: 1,
        refused: 1,
        cancelled: 1,
      });
      assert.deepEqual(await backfills.progress('b2'), none);
    });

    test('backfills are listed newest first, and the unfinished oldest first', async () => {
      for (const id of ['b1', 'b2', 'b3']) await backfills.create(backfillOf(id), itemsOf(id));
      await backfills.create(backfillOf('b4', { pipeline: 'other' }), []);
      const ids = (found: Backfill[]) => found.map(({ id }) => id);
      assert.deepEqual(ids(await backfills.list({ limit: 2 })), ['b4', 'b3']);
      assert.deepEqual(ids(await backfills.list({ pipeline: 'test', limit: 9 })), [
        'b3',
        'b2',
        'b1',
      ]);
      assert.deepEqual(ids(await backfills.list({ before: 'b3', limit: 9 })), ['b2', 'b1']);
      await backfills.move('b1', 'running', 'finished', at);
      await backfills.move('b2', 'running', 'cancelling', null);
      assert.deepEqual(ids(await backfills.unfinished()), ['b2', 'b3', 'b4']);
    });

    test('of two who move a backfill on, one does', async () => {
      await backfills.create(backfillOf('b1'), []);
      assert.equal(await backfills.move('b1', 'running', 'finished', at), true);
      assert.equal(await backfills.move('b1', 'running', 'cancelling', null), false);
      const found = await backfills.get('b1');
      assert.deepEqual([found?.state, found?.finishedAt], ['finished', at]);
    });

    test('runs are found by the range of their run dates, newest first', async () => {
      const { interval } = itemOf('b1', 2);
      await state.createRun(planOf('r1', { runDate: '2024-01-01' }));
      await state.createRun(planOf('r2', { runDate: '2024-01-02', interval }));
      await state.createRun(planOf('r3', { runDate: '2024-01-03' }));
      assert.deepEqual(await backfills.runsBetween('test', '2024-01-01', '2024-01-02'), [
        { runId: 'r2', runDate: '2024-01-02', interval, state: 'running' },
        { runId: 'r1', runDate: '2024-01-01', interval: null, state: 'running' },
      ]);
      assert.deepEqual(await backfills.runsBetween('other', '2024-01-01', '2024-01-02'), []);
    });
  });
}
