import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { DyingProcess } from '../../../harness/dying-after.ts';
import {
  daily,
  type ScheduleSetup,
  setUpSchedules,
} from '../../../harness/orchestrator/schedule-setup.ts';

const hour = 3_600_000;
const day = 24 * hour;

let setup: ScheduleSetup;
beforeEach(async () => {
  setup = await setUpSchedules();
});
const count = (ticks: string[], ending: string) =>
  ticks.filter((tick) => tick.endsWith(ending)).length;

describe('after downtime longer than what was written ahead', () => {
  const missedOnly = 'skipped: missed: the schedule catches up on the last tick only';

  test('`last` makes up for the last tick and says why not for the others', async () => {
    const pipeline = daily('a');
    await setup.scheduler(pipeline).tick();
    await setup.clock.advance(6 * day);
    await setup.scheduler(pipeline).tick();
    assert.deepEqual((await setup.ticks()).slice(0, 7), [
      ...[1, 2, 3, 4, 5].map((n) => `a 01-0${n}T06:00 ${missedOnly}`),
      'a 01-06T06:00 fired',
      'a 01-07T06:00 expected',
    ]);
    assert.deepEqual(await setup.runs(), ['a 01-06 running']);
  });

  test('`all` makes up for every tick in order, one run after the other', async () => {
    const pipeline = daily('a', { catchUp: 'all' });
    await setup.scheduler(pipeline).tick();
    await setup.clock.advance(6 * day);
    await setup.scheduler(pipeline).tick();
    for (let i = 0; i < 5; i += 1) await setup.finishRuns();
    assert.deepEqual(await setup.runs(), [
      ...[1, 2, 3, 4, 5].map((n) => `a 01-0${n} succeeded`),
      'a 01-06 running',
    ]);
  });

  test('`none` makes up for nothing, and says so', async () => {
    const pipeline = daily('a', { catchUp: 'none' });
    await setup.scheduler(pipeline).tick();
    await setup.clock.advance(5 * day);
    await setup.scheduler(pipeline).tick();
    const ticks = await setup.ticks();
    assert.equal(count(ticks, 'skipped: missed: the schedule does not catch up'), 5);
    assert.deepEqual(await setup.runs(), []);
  });

  test('`none` fires a tick that is on time beside those it leaves out', async () => {
    const pipeline = daily('a', { catchUp: 'none' });
    await setup.scheduler(pipeline).tick();
    await setup.clock.advance(2 * day + 6 * hour + 30_000);
    await setup.scheduler(pipeline).tick();
    assert.deepEqual(await setup.runs(), ['a 01-03 running']);
  });

  test('what was missed before the window is skipped, and says so', async () => {
    const pipeline = daily('a', { catchUp: 'all', catchUpWindowSeconds: (3 * day) / 1000 });
    await setup.scheduler(pipeline).tick();
    await setup.clock.advance(6 * day);
    await setup.scheduler(pipeline).tick();
    const ticks = await setup.ticks();
    assert.equal(
      count(ticks, 'skipped: missed: longer ago than the catch-up window of 259200 s'),
      3,
    );
    assert.equal(count(ticks, 'fired'), 3);
  });

  test('of a schedule of minutes every missed tick has its row', async () => {
    const pipeline = daily('a', { cron: '* * * * *' });
    await setup.scheduler(pipeline).tick();
    await setup.clock.advance(2 * day + 30_000);
    await setup.scheduler(pipeline).tick();
    const ticks = await setup.ticks();
    assert.equal(ticks.filter((tick) => tick.endsWith(missedOnly)).length, 2879);
    assert.equal(count(ticks, 'fired'), 1);
  });
});

test('a new schedule does not make up for the time before it existed', async () => {
  await setup.scheduler(daily('a', { catchUp: 'all' })).tick();
  await setup.scheduler(daily('b', { catchUp: 'last', startDate: '2023-12-01' })).tick();
  assert.deepEqual(await setup.runs(), []);
});

test('a new schedule that catches up on all begins at its first day, within the window', async () => {
  const first = daily('a', { catchUp: 'all', startDate: '2023-12-29' });
  const far = daily('b', { catchUp: 'all', startDate: '2020-01-01' });
  await setup.scheduler(first, far).tick();
  const firedOf = async (pipeline: string) =>
    (await setup.ledger.list({ pipeline, state: 'fired', limit: 99 })).map((t) => t.runDate);
  assert.deepEqual(await firedOf('a'), ['2023-12-31', '2023-12-30', '2023-12-29']);
  assert.equal((await firedOf('b')).length, 7);
});

describe('a crash', () => {
  const pipelines = [
    daily('all', { catchUp: 'all' }),
    daily('last', { catchUp: 'last' }),
    daily('none', { catchUp: 'none' }),
    daily('hours', { cron: '0 * * * *', overlap: 'skip' }),
    daily('cancel', { cron: '0 */12 * * *', catchUp: 'all', overlap: 'cancel_other' }),
  ];

  test('between any two steps neither loses a tick nor fires one twice', async () => {
    const whole = await afterDowntime(Infinity);
    assert.ok(whole.ticks.length > 50);
    let crashes = 0;
    for (let calls = 1; ; calls += calls < 20 ? 1 : 9) {
      const { died, ...rest } = await afterDowntime(calls);
      assert.deepEqual(rest.ticks, whole.ticks, `after ${calls} calls`);
      assert.deepEqual(rest.runs, whole.runs, `after ${calls} calls`);
      if (!died) break;
      crashes += 1;
    }
    assert.ok(crashes > 20, `${crashes} crashes`);
  });

  /** Comes back after two days, dies after so many calls, and comes back again. */
  async function afterDowntime(calls: number) {
    const own = await setUpSchedules();
    await own.scheduler(...pipelines).tick();
    await own.clock.advance(2 * day);
    const life = new DyingProcess(calls);
    await own
      .dyingScheduler(life, ...pipelines)
      .tick()
      .catch(() => {});
    await own.scheduler(...pipelines).tick();
    await own.admission.admit();
    const ticks = (await own.ticks()).map((tick) => tick.replace(/run id\d+/, 'a run'));
    // Whether a run had begun before it was cancelled depends on when the process died.
    const runs = (await own.runs()).map((run) =>
      run.replace('cancelling', 'cancelled').replace(/queued|running/, 'live'),
    );
    return { ticks: ticks.toSorted(), runs: runs.toSorted(), died: life.isDead };
  }
});

describe('a clock that jumps', () => {
  test('forward by days makes the ticks between missed ones', async () => {
    const scheduler = setup.scheduler(daily('a', { catchUp: 'all' }));
    await scheduler.start();
    setup.clock.jump(5 * day + 7 * hour);
    await scheduler.tick();
    assert.equal(count(await setup.ticks(), 'fired'), 6);
    await scheduler.stop();
  });

  test('back by days fires nothing again and loses nothing', async () => {
    const scheduler = setup.scheduler(daily('a', { overlap: 'allow' }));
    await scheduler.start();
    await setup.clock.advance(3 * day);
    assert.equal((await setup.runs()).length, 3);
    setup.clock.jump(-3 * day);
    await setup.clock.advance(3 * day - hour);
    assert.equal((await setup.runs()).length, 3);
    await setup.clock.advance(hour + day);
    await scheduler.stop();
    assert.deepEqual(
      await setup.runs(),
      [1, 2, 3, 4].map((n) => `a 01-0${n} running`),
    );
  });

  test('back and forth between restarts leaves one row and one run for each tick', async () => {
    const pipeline = daily('a', { catchUp: 'all', overlap: 'allow' });
    for (const jump of [0, 2 * day, -day, 3 * day, -4 * day, 6 * day]) {
      setup.clock.jump(jump);
      await setup.scheduler(pipeline).tick();
    }
    const fired = (await setup.ticks()).filter((tick) => tick.endsWith('fired'));
    assert.deepEqual(
      fired,
      [1, 2, 3, 4, 5, 6].map((n) => `a 01-0${n}T06:00 fired`),
    );
    assert.equal((await setup.runs()).length, 6);
  });
});
