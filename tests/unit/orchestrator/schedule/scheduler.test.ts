import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { PipelineDefinition } from '@triad/shared/contracts/pipeline.ts';
import {
  daily,
  type ScheduleSetup,
  setUpSchedules,
} from '../../../harness/orchestrator/schedule-setup.ts';
import { pipelineOf } from '../../../harness/run-fixtures.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

let setup: ScheduleSetup;
beforeEach(async () => {
  setup = await setUpSchedules();
});

test('ticks have their rows in the ledger before they are due, and no run', async () => {
  const scheduler = setup.scheduler(daily('a'), pipelineOf(['only'], { name: 'unscheduled' }));
  const round = await scheduler.tick();
  assert.deepEqual(round, { ended: [], nextDueAt: new Date('2024-01-01T06:00:00.000Z') });
  assert.deepEqual(await setup.ticks(), [
    'a 01-01T06:00 expected',
    'a 01-02T06:00 expected',
    'a 01-03T06:00 expected',
  ]);
  assert.deepEqual(await setup.runs(), []);
});

test('of an hourly schedule the next 24 hours are written, of any other at least three ticks', async () => {
  const schedules = { h: '0 * * * *', m: '* * * * *', y: '0 0 1 3 *' };
  const pipelines = Object.entries(schedules).map(([name, cron]) => daily(name, { cron }));
  await setup.scheduler(...pipelines).tick();
  const written = async (pipeline: string) =>
    (await setup.ledger.list({ pipeline, limit: 100 })).length;
  assert.deepEqual([await written('h'), await written('m'), await written('y')], [24, 24, 3]);
});

test('a due tick becomes one run of its interval, with the defaults of the pipeline', async () => {
  const params: PipelineDefinition['params'] = {
    source: { type: 'string', description: 'd', default: 'simulated' },
  };
  const scheduler = setup.scheduler(daily('a', {}, { params }));
  await scheduler.tick();
  await setup.clock.advance(6 * hour);
  await scheduler.tick();
  await scheduler.tick();
  const runs = await setup.state.listRuns({ limit: 10 });
  assert.equal(runs.length, 1);
  const runId = runs[0]?.runId ?? '';
  const view = await setup.view(runId);
  assert.deepEqual(
    [view.pipeline, view.runDate, view.trigger, view.state, view.params, view.interval],
    [
      'a',
      '2024-01-01',
      'schedule',
      'running',
      { source: 'simulated' },
      { start: '2023-12-31T06:00:00.000Z', end: '2024-01-01T06:00:00.000Z' },
    ],
  );
  assert.deepEqual(await setup.sent(), [`command ${runId}:only:1`]);
  assert.deepEqual((await setup.ticks()).slice(0, 2), [
    'a 01-01T06:00 fired',
    'a 01-02T06:00 expected',
  ]);
  assert.equal((await setup.ticks()).length, 4, 'the ledger is written on');
});

test('one timer fires every tick in the millisecond it is due', async () => {
  const pipelines = ['a', 'b', 'c'].map((name) =>
    daily(name, { cron: '*/20 * * * *', jitterSeconds: 300, overlap: 'allow' }),
  );
  const scheduler = setup.scheduler(...pipelines);
  await scheduler.start();
  await setup.clock.advance(hour + 5 * minute);
  await scheduler.tick();
  assert.equal(setup.clock.pending, 1);
  const fired = await setup.ledger.list({ state: 'fired', limit: 100 });
  assert.equal(fired.length, 9);
  for (const { runId, dueAt } of fired) {
    const run = await setup.state.getRun(runId ?? '');
    assert.deepEqual(run?.plan.createdAt, dueAt);
  }
  await scheduler.stop();
  await setup.clock.advance(day);
  assert.equal(setup.clock.pending, 0);
  assert.equal((await setup.ledger.list({ state: 'fired', limit: 100 })).length, 9);
});

test('a round reads no schedule but those that fired', async () => {
  const pipelines = Array.from({ length: 200 }, (_, n) => daily(`p${n}`, { cron: '0 0 1 3 *' }));
  const scheduler = setup.scheduler(daily('a'), ...pipelines);
  await scheduler.tick();
  let plans = 0;
  const plan = setup.ledger.plan.bind(setup.ledger);
  setup.ledger.plan = (change) => {
    plans += 1;
    return plan(change);
  };
  await setup.clock.advance(6 * hour);
  await scheduler.tick();
  await scheduler.tick();
  assert.equal(plans, 1);
});

test('two schedulers on one ledger fire each tick once and write each row once', async () => {
  const pipeline = daily('a', { cron: '*/10 * * * *', overlap: 'allow' });
  const two = [setup.scheduler(pipeline), setup.scheduler(pipeline)];
  await Promise.all(two.map((scheduler) => scheduler.start()));
  await setup.clock.advance(6 * hour);
  await Promise.all(two.map((scheduler) => scheduler.tick()));
  const ticks = await setup.ticks();
  assert.equal(new Set(ticks).size, ticks.length);
  assert.equal(ticks.filter((tick) => tick.endsWith('fired')).length, 36);
  assert.equal((await setup.runs()).length, 36);
  await Promise.all(two.map((scheduler) => scheduler.stop()));
});

test('a tick that cannot be fired does not keep the others from it, and is tried again', async () => {
  const params: PipelineDefinition['params'] = {
    file: { type: 'string', description: 'd', required: true },
  };
  const broken = daily('a', {}, { params });
  const scheduler = setup.scheduler(broken, daily('b'));
  await scheduler.start();
  await setup.clock.advance(6 * hour);
  await scheduler.stop();
  assert.deepEqual(await setup.runs(), ['b 01-01 running']);
  const { ended } = await scheduler.tick();
  assert.deepEqual(
    ended.map(({ state, tick }) => [state, tick.pipeline]),
    [['failed', 'a']],
  );
  await setup.clock.advance(30_000);
  await setup.scheduler(daily('a'), daily('b')).tick();
  assert.deepEqual(await setup.runs(), ['b 01-01 running', 'a 01-01 running']);
});

test('a tick that fails is tried again every few seconds, not all the time', async () => {
  const params: PipelineDefinition['params'] = {
    file: { type: 'string', description: 'd', required: true },
  };
  const scheduler = setup.scheduler(daily('a', {}, { params }));
  await scheduler.start();
  await setup.clock.advance(6 * hour);
  await setup.clock.advance(30_000);
  await scheduler.stop();
  const errors = setup.lines.filter(({ level }) => level === 'error').length;
  assert.ok(errors >= 5 && errors <= 8, `${errors} errors`);
});

test('a ledger that cannot be read is read again soon', async () => {
  const scheduler = setup.scheduler(daily('a'));
  await scheduler.start();
  const due = setup.ledger.due.bind(setup.ledger);
  setup.ledger.due = () => Promise.reject(new Error('the database is gone'));
  await setup.clock.advance(6 * hour);
  assert.deepEqual(await setup.runs(), []);
  setup.ledger.due = due;
  await setup.clock.advance(10_000);
  assert.deepEqual(await setup.runs(), ['a 01-01 running']);
  await scheduler.stop();
});

test('what is edited takes effect from now on', async () => {
  await setup.scheduler(daily('a')).tick();
  await setup.clock.advance(5 * hour);
  const edited = setup.scheduler(daily('a', { cron: '30 6 * * *' }));
  await edited.tick();
  assert.deepEqual(await setup.ticks(), [
    'a 01-01T06:30 expected',
    'a 01-02T06:30 expected',
    'a 01-03T06:30 expected',
  ]);
});

test('of a schedule that is edited while a tick is overdue, what it still has fires', async () => {
  await setup.scheduler(daily('a', { cron: '0 4,6 * * *', catchUp: 'all' })).tick();
  await setup.clock.advance(7 * hour);
  await setup.scheduler(daily('a', { cron: '0 6,8 * * *', catchUp: 'all' })).tick();
  assert.deepEqual((await setup.ticks()).slice(0, 3), [
    'a 01-01T04:00 skipped: the schedule was changed before it fired',
    'a 01-01T06:00 fired',
    'a 01-01T08:00 expected',
  ]);
  const [run] = await setup.state.listRuns({ limit: 1 });
  const { interval } = await setup.view(run?.runId ?? '');
  assert.equal(interval?.start, '2023-12-31T08:00:00.000Z', 'the interval is that of the new one');
});

const edits: [string, Parameters<typeof daily>[1], number][] = [
  ['the zone', { timezone: 'Asia/Tokyo' }, 3],
  ['the last day', { endDate: '2024-01-01' }, 1],
  ['the first day', { startDate: '2024-01-02' }, 3],
  ['the jitter', { jitterSeconds: 60 }, 3],
];
for (const [what, change, count] of edits) {
  test(`editing ${what} leaves no tick of the old schedule`, async () => {
    await setup.scheduler(daily('a')).tick();
    const before = await setup.ledger.expected();
    await setup.scheduler(daily('a', change)).tick();
    const after = await setup.ledger.expected();
    assert.notDeepEqual(after, before);
    assert.equal(after.length, count);
    const fresh = await setUpSchedules();
    await fresh.scheduler(daily('a', change)).tick();
    assert.deepEqual(after, await fresh.ledger.expected());
  });
}

test('a schedule that is removed leaves no expected tick, and says which was missed', async () => {
  await setup.scheduler(daily('a'), daily('b')).tick();
  await setup.clock.advance(6 * hour);
  await setup.scheduler(pipelineOf(['only'], { name: 'a' })).tick();
  assert.deepEqual(
    await setup.ticks(),
    [
      'a 01-01T06:00 skipped: the schedule was removed',
      'b 01-01T06:00 skipped: the schedule was removed',
    ].toReversed(),
  );
});

test('an older process leaves the ledger of a newer one alone', async () => {
  const older = setup.scheduler(daily('a'));
  await older.start();
  const newer = setup.scheduler(daily('a', { cron: '0 12 * * *' }));
  await newer.tick();
  await setup.clock.advance(2 * hour);
  await older.stop();
  const expected = await setup.ledger.expected();
  assert.deepEqual(
    expected.map(({ occurrence }) => occurrence.getUTCHours()),
    [12, 12, 12],
  );
});

test('a schedule that another process removed by mistake is written again within a minute', async () => {
  const scheduler = setup.scheduler(daily('a'));
  await scheduler.start();
  await setup.scheduler().tick();
  assert.deepEqual(await setup.ticks(), []);
  await setup.clock.advance(minute);
  await scheduler.tick();
  assert.equal((await setup.ledger.expected()).length, 3);
  await scheduler.stop();
});

test('the run of a tick is of its day in the zone of the schedule', async () => {
  const schedule = { cron: '30 23 * * *', timezone: 'America/New_York' };
  const scheduler = setup.scheduler(daily('ny', schedule));
  await scheduler.start();
  await setup.clock.advance(4.5 * hour - 1);
  assert.deepEqual(await setup.runs(), []);
  await setup.clock.advance(1);
  await scheduler.tick();
  assert.deepEqual(await setup.runs(), ['ny 12-31 running']);
  await scheduler.stop();
});
