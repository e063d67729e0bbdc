import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { StateStore } from '@triad/shared/state/state-store.ts';
import type { ExpectedTick, TickLedger, TickPlan } from '@triad/shared/state/tick-ledger.ts';
import { changeOf, planOf } from '../harness/run-fixtures.ts';

const minute = 60_000;
/** The n-th of January 2024 at six. */
const day = (n: number) => new Date(Date.UTC(2024, 0, n, 6));

function tickOf(n: number, pipeline = 'test', more: Partial<ExpectedTick> = {}): ExpectedTick {
  const occurrence = day(n);
  return {
    pipeline,
    occurrence,
    intervalStart: day(n - 1),
    dueAt: new Date(occurrence.getTime() + minute),
    runDate: occurrence.toISOString().slice(0, 10),
    ...more,
  };
}
const scheduleOf = (through: Date, fingerprint = 'f1', pipeline = 'test') => ({
  pipeline,
  fingerprint,
  through,
});
const planOfTicks = (expected: ExpectedTick[], more: Partial<TickPlan> = {}): TickPlan => ({
  seen: null,
  next: scheduleOf(expected.at(-1)?.occurrence ?? day(1), 'f1', expected[0]?.pipeline ?? 'test'),
  withdrawn: [],
  dropped: { occurrences: [], reason: '' },
  expected,
  ...more,
});

/** What every adapter of the ledger must do. `open` gives an empty one and the runs beside it. */
export function tickLedgerConformance(
  name: string,
  open: () => Promise<{
    ledger: TickLedger;
    state: StateStore;
    reopen(): Promise<TickLedger>;
  }>,
): void {
  describe(`tick ledger: ${name}`, () => {
    let ledger: TickLedger;
    let state: StateStore;
    let reopen: () => Promise<TickLedger>;
    const states = async () =>
      (await ledger.list({ limit: 100 })).map(
        ({ pipeline, runDate, state: own, reason, runId }) =>
          `${pipeline} ${runDate} ${own} ${reason ?? runId ?? '-'}`,
      );
    const fire = (runId: string, tick: ExpectedTick) => state.createRun(planOf(runId), tick);

    beforeEach(async () => {
      ({ ledger, state, reopen } = await open());
    });

    test('a tick is read back as it was expected, also after a restart', async () => {
      const ticks = [tickOf(1), tickOf(2)];
      assert.equal(await ledger.plan(planOfTicks(ticks)), true);
      const expected = ticks.map((tick) => ({
        ...tick,
        state: 'expected',
        reason: null,
        runId: null,
      }));
      assert.deepEqual(await ledger.expected(), expected);
      assert.deepEqual(await ledger.planned(), [scheduleOf(day(2))]);
      const later = await reopen();
      assert.deepEqual(await later.expected('test'), expected);
      assert.deepEqual(await later.planned('test'), [scheduleOf(day(2))]);
      assert.deepEqual(await later.expected('other'), []);
      assert.deepEqual(await later.planned('other'), []);
    });

    test('a plan made from an older state of the schedule stores nothing', async () => {
      await ledger.plan(planOfTicks([tickOf(1)]));
      const late = [
        planOfTicks([tickOf(2)]),
        planOfTicks([tickOf(2)], { seen: scheduleOf(day(3)) }),
        planOfTicks([tickOf(2)], { seen: scheduleOf(day(1), 'f0') }),
      ];
      for (const plan of late) assert.equal(await ledger.plan(plan), false);
      assert.deepEqual(await states(), ['test 2024-01-01 expected -']);
      const seen = scheduleOf(day(1));
      assert.equal(await ledger.plan(planOfTicks([tickOf(2)], { seen })), true);
      assert.equal((await states()).length, 2);
    });

    test('of many schedulers that plan from the same state, one does', async () => {
      const done = await Promise.all(
        [1, 2, 3, 4].map(() => ledger.plan(planOfTicks([tickOf(1), tickOf(2)]))),
      );
      assert.equal(done.filter(Boolean).length, 1);
      assert.equal((await states()).length, 2);
    });

    test('a plan takes back, drops and adds ticks, and leaves those that ended alone', async () => {
      await ledger.plan(planOfTicks([1, 2, 3, 4].map((n) => tickOf(n))));
      await fire('r1', tickOf(1));
      const changed = tickOf(4, 'test', { dueAt: day(5) });
      await ledger.plan({
        seen: scheduleOf(day(4)),
        next: scheduleOf(day(5), 'f2'),
        withdrawn: [day(1), day(3), day(4)],
        dropped: { occurrences: [day(1), day(2)], reason: 'changed' },
        expected: [tickOf(1), changed, tickOf(5)],
      });
      assert.deepEqual(await states(), [
        'test 2024-01-05 expected -',
        'test 2024-01-04 expected -',
        'test 2024-01-02 skipped changed',
        'test 2024-01-01 fired r1',
      ]);
      assert.deepEqual((await ledger.expected())[0]?.dueAt, day(5));
      assert.deepEqual(await ledger.planned(), [scheduleOf(day(5), 'f2')]);
    });

    test('two schedulers fire one tick once', async () => {
      await ledger.plan(planOfTicks([tickOf(1)]));
      const fired = await Promise.all(['r1', 'r2', 'r3'].map((runId) => fire(runId, tickOf(1))));
      assert.equal(fired.filter(Boolean).length, 1);
      const [run, ...others] = await state.listRuns({ limit: 10 });
      assert.deepEqual(others, []);
      assert.deepEqual(await states(), [`test 2024-01-01 fired ${run?.runId}`]);
      assert.equal(await fire('r4', tickOf(1)), false);
      assert.equal(await state.getRun('r4'), undefined);
    });

    test('a tick that was not expected, or was skipped, fires nothing', async () => {
      assert.equal(await fire('r1', tickOf(1)), false);
      await ledger.plan(planOfTicks([tickOf(1)]));
      await ledger.skip('test', [day(1)], 'paused');
      assert.equal(await fire('r1', tickOf(1)), false);
      assert.equal(await state.getRun('r1'), undefined);
    });

    test('a tick that fired is not skipped, and one that was skipped keeps its reason', async () => {
      await ledger.plan(planOfTicks([tickOf(1), tickOf(2)]));
      await fire('r1', tickOf(1));
      await ledger.skip('test', [day(2)], 'first');
      await ledger.skip('test', [day(1), day(2)], 'second');
      await ledger.skip('test', [], 'third');
      assert.deepEqual(await states(), [
        'test 2024-01-02 skipped first',
        'test 2024-01-01 fired r1',
      ]);
    });

    test('a run that cannot be created leaves its tick expected', async () => {
      await ledger.plan(planOfTicks([tickOf(1)]));
      await state.createRun(planOf('r1'));
      await assert.rejects(fire('r1', tickOf(1)));
      assert.deepEqual(await states(), ['test 2024-01-01 expected -']);
    });

    test('due are the expected ticks up to now, oldest first, and then the next one', async () => {
      await ledger.plan(planOfTicks([1, 2, 3, 4].map((n) => tickOf(n))));
      await ledger.plan(planOfTicks([tickOf(2, 'other')]));
      await fire('r1', tickOf(1));
      const now = tickOf(3).dueAt;
      const due = (await ledger.due(now)).map(({ pipeline, runDate }) => `${pipeline} ${runDate}`);
      assert.deepEqual(due, ['other 2024-01-02', 'test 2024-01-02', 'test 2024-01-03']);
      assert.deepEqual(await ledger.due(new Date(tickOf(2).dueAt.getTime() - 1)), []);
      assert.deepEqual(await ledger.nextDue(now), tickOf(4).dueAt);
      assert.equal(await ledger.nextDue(tickOf(4).dueAt), undefined);
    });

    test('ticks are listed newest first, by pipeline, state and age, up to the limit', async () => {
      await ledger.plan(planOfTicks([1, 2, 3].map((n) => tickOf(n))));
      await ledger.plan(planOfTicks([tickOf(2, 'other')]));
      await ledger.skip('test', [day(2)], 'paused');
      const dates = async (filter: Parameters<TickLedger['list']>[0]) =>
        (await ledger.list(filter)).map(({ runDate }) => Number(runDate.slice(-2)));
      assert.deepEqual(await dates({ pipeline: 'test', limit: 2 }), [3, 2]);
      assert.deepEqual(await dates({ pipeline: 'test', state: 'expected', limit: 9 }), [3, 1]);
      assert.deepEqual(
        await dates({ pipeline: 'test', before: { occurrence: day(2) }, limit: 9 }),
        [1],
      );
      assert.deepEqual(await dates({ limit: 9 }), [3, 2, 2, 1]);
    });

    test('a page of ticks begins after any tick, also in the middle of one instant', async () => {
      for (const pipeline of ['b', 'c', 'a']) {
        await ledger.plan(planOfTicks([1, 2].map((n) => tickOf(n, pipeline))));
      }
      const names = async (filter: Parameters<TickLedger['list']>[0]) =>
        (await ledger.list(filter)).map(({ pipeline, runDate }) => `${pipeline}${runDate.at(-1)}`);
      assert.deepEqual(await names({ limit: 2 }), ['a2', 'b2']);
      const before = { occurrence: day(2), pipeline: 'b' };
      assert.deepEqual(await names({ before, limit: 2 }), ['c2', 'a1']);
      assert.deepEqual(await names({ before, pipeline: 'a', limit: 2 }), ['a1']);
    });

    test('a schedule that is forgotten leaves what happened and what was missed', async () => {
      await ledger.plan(planOfTicks([1, 2, 3].map((n) => tickOf(n))));
      await ledger.plan(planOfTicks([tickOf(3, 'other')]));
      await fire('r1', tickOf(1));
      await ledger.forget('test', tickOf(2).dueAt, 'removed');
      assert.deepEqual(await states(), [
        'other 2024-01-03 expected -',
        'test 2024-01-02 skipped removed',
        'test 2024-01-01 fired r1',
      ]);
      assert.deepEqual(await ledger.planned('test'), []);
      assert.equal((await ledger.planned('other')).length, 1);
    });

    test('unfinished runs of earlier ticks are found, and no others', async () => {
      await ledger.plan(planOfTicks([1, 2, 3, 4].map((n) => tickOf(n))));
      await ledger.plan(planOfTicks([tickOf(1, 'other')]));
      for (const n of [2, 1, 3]) await fire(`r${n}`, tickOf(n));
      await state.createRun(planOf('asked for'));
      assert.deepEqual(await ledger.unfinishedBefore(tickOf(3)), [
        { runId: 'r1', state: 'running' },
        { runId: 'r2', state: 'running' },
      ]);
      await state.applyChange('r1', 0, changeOf({ state: 'failed', finishedAt: day(2) }));
      assert.deepEqual(
        (await ledger.unfinishedBefore(tickOf(3))).map(({ runId }) => runId),
        ['r2'],
      );
      assert.deepEqual(await ledger.unfinishedBefore(tickOf(9, 'other')), []);
    });

    test('the run of the tick before is that of the newest one that fired', async () => {
      await ledger.plan(planOfTicks([1, 2, 3].map((n) => tickOf(n))));
      assert.equal(await state.previousTickRun('test', day(3)), undefined);
      await fire('r1', tickOf(1));
      await ledger.skip('test', [day(2)], 'paused');
      await fire('r3', tickOf(3));
      assert.equal((await state.previousTickRun('test', day(3)))?.runId, 'r1');
    });

    test('the first to pause a pipeline is remembered, until it is resumed', async () => {
      const pause = { pipeline: 'test', at: day(1), by: 'ada', reason: `it's "broken"` };
      assert.equal(await ledger.pause(pause), true);
      assert.equal(await ledger.pause({ ...pause, by: 'bob' }), false);
      assert.deepEqual(await (await reopen()).pauses(), [pause]);
      assert.equal(await ledger.resume('test', day(2)), true);
      assert.equal(await ledger.resume('test', day(2)), false);
      assert.deepEqual(await ledger.pauses(), []);
    });

    test('resuming skips what was due by then as paused, and nothing else', async () => {
      await ledger.plan(planOfTicks([1, 2, 3].map((n) => tickOf(n))));
      await ledger.plan(planOfTicks([tickOf(1, 'other')]));
      await ledger.resume('test', day(9));
      assert.equal((await ledger.expected('test')).length, 3, 'it was not paused');
      await ledger.pause({ pipeline: 'test', at: day(1), by: 'ada', reason: '' });
      await ledger.resume('test', tickOf(2).dueAt);
      assert.deepEqual(await states(), [
        'test 2024-01-03 expected -',
        'test 2024-01-02 skipped paused',
        'other 2024-01-01 expected -',
        'test 2024-01-01 skipped paused',
      ]);
    });

    test('more ticks than one statement can name are written and skipped', async () => {
      const ticks = Array.from({ length: 1200 }, (_, n) => tickOf(n));
      await ledger.plan(planOfTicks(ticks));
      assert.equal((await ledger.expected()).length, 1200);
      await ledger.skip(
        'test',
        ticks.map(({ occurrence }) => occurrence),
        'missed',
      );
      assert.deepEqual(await ledger.expected(), []);
    });
  });
}
