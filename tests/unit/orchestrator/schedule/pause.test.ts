import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import {
  daily,
  type ScheduleSetup,
  setUpSchedules,
} from '../../../harness/orchestrator/schedule-setup.ts';
import { pipelineOf } from '../../../harness/run-fixtures.ts';

const hour = 3_600_000;
const day = 24 * hour;

let setup: ScheduleSetup;
beforeEach(async () => {
  setup = await setUpSchedules();
});

test('ticks of a paused pipeline are skipped as paused; others fire', async () => {
  const scheduler = setup.scheduler(daily('a'), daily('b'));
  await scheduler.start();
  assert.equal(await scheduler.pause('a', 'ada', 'the source is down'), true);
  assert.equal(await scheduler.pause('a', 'bob', ''), false);
  await setup.clock.advance(6 * hour);
  await scheduler.tick();
  assert.deepEqual((await setup.ticks()).slice(0, 2).toSorted(), [
    'a 01-01T06:00 skipped: paused',
    'b 01-01T06:00 fired',
  ]);
  assert.deepEqual(await setup.ledger.pauses(), [
    { pipeline: 'a', at: new Date('2024-01-01'), by: 'ada', reason: 'the source is down' },
  ]);
  await scheduler.stop();
});

test('a resumed pipeline fires again, and makes up for nothing of the pause', async () => {
  const pipeline = daily('a', { catchUp: 'all' });
  const scheduler = setup.scheduler(pipeline);
  await scheduler.tick();
  await scheduler.pause('a', 'ada', '');
  // The system is down longer than ticks were written ahead, and resumed before any round.
  await setup.clock.advance(6 * day);
  const later = setup.scheduler(pipeline);
  assert.equal(await later.resume('a'), true);
  assert.equal(await later.resume('a'), false);
  await later.tick();
  assert.deepEqual(await setup.runs(), []);
  const skipped = (await setup.ticks()).filter((tick) => tick.endsWith('skipped: paused'));
  assert.equal(skipped.length, 6);
  await setup.clock.advance(day);
  await later.tick();
  assert.deepEqual(await setup.runs(), ['a 01-07 running']);
});

test('only a pipeline with a schedule can be paused', async () => {
  const scheduler = setup.scheduler(pipelineOf(['only'], { name: 'a' }));
  await assert.rejects(scheduler.pause('a', 'ada', ''), { code: 'PIPELINE_UNSCHEDULED' });
  await assert.rejects(scheduler.pause('b', 'ada', ''), { code: 'NOT_FOUND' });
  assert.throws(() => scheduler.resume('b'), { code: 'NOT_FOUND' });
});
