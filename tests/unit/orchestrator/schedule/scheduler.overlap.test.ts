import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { PipelineSchedule } from '@triad/shared/contracts/schedule.ts';
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

/** Lets `days` ticks come due while no run ends. */
async function pass(overlap: PipelineSchedule['overlap'], days: number) {
  const scheduler = setup.scheduler(daily('a', { overlap }));
  await scheduler.start();
  await setup.clock.advance(days * day);
  await scheduler.tick();
  await scheduler.stop();
  return scheduler;
}
const reasons = async () =>
  (await setup.ledger.list({ state: 'skipped', limit: 99 })).map(({ reason }) => reason);

describe('while an earlier run has not finished', () => {
  test('`skip` skips the tick and names the run', async () => {
    const scheduler = await pass('skip', 2);
    const [run] = await setup.state.listRuns({ limit: 9 });
    assert.deepEqual(await setup.runs(), ['a 01-01 running']);
    assert.deepEqual(await reasons(), [`overlap: run ${run?.runId} has not finished`]);
    await setup.finishRuns();
    await setup.clock.advance(day);
    await scheduler.tick();
    assert.deepEqual(await setup.runs(), ['a 01-01 succeeded', 'a 01-03 running']);
  });

  test('`queue_one` lets one run wait and skips the ticks after it', async () => {
    await pass('queue_one', 4);
    const [waiting] = await setup.state.listRuns({ limit: 9 });
    assert.deepEqual(await setup.runs(), ['a 01-01 running', 'a 01-02 queued']);
    const reason = `overlap: run ${waiting?.runId} is waiting already`;
    assert.deepEqual(await reasons(), [reason, reason]);
    await setup.finishRuns();
    assert.deepEqual(await setup.runs(), ['a 01-01 succeeded', 'a 01-02 running']);
  });

  test('`queue_all` lets all wait, and they run in order', async () => {
    await pass('queue_all', 3);
    assert.deepEqual(await setup.runs(), ['a 01-01 running', 'a 01-02 queued', 'a 01-03 queued']);
    await setup.finishRuns();
    assert.deepEqual(await setup.runs(), [
      'a 01-01 succeeded',
      'a 01-02 running',
      'a 01-03 queued',
    ]);
  });

  test('`cancel_other` cancels what runs and what waits, and then runs', async () => {
    await pass('cancel_other', 3);
    assert.deepEqual(await setup.runs(), [
      'a 01-01 cancelling',
      'a 01-02 cancelled',
      'a 01-03 queued',
    ]);
    await setup.finishRuns();
    assert.deepEqual(await setup.runs(), [
      'a 01-01 cancelled',
      'a 01-02 cancelled',
      'a 01-03 running',
    ]);
  });

  test('`allow` lets them run side by side', async () => {
    await pass('allow', 3);
    assert.deepEqual(
      await setup.runs(),
      [1, 2, 3].map((n) => `a 01-0${n} running`),
    );
  });
});

test('two schedulers that cancel others never cancel the run of the tick they fire', async () => {
  const pipeline = daily('a', { overlap: 'cancel_other' });
  const two = [setup.scheduler(pipeline), setup.scheduler(pipeline)];
  for (let i = 0; i < 4; i += 1) {
    await Promise.all(two.map((scheduler) => scheduler.tick()));
    await setup.clock.advance(day);
  }
  await Promise.all(two.map((scheduler) => scheduler.tick()));
  const runs = await setup.runs();
  assert.equal(runs.length, 4);
  assert.match(runs.at(-1) ?? '', /queued$/);
});

test('a run that was asked for is no overlap', async () => {
  const pipeline = daily('a', { overlap: 'skip' });
  const request = { pipeline, runDate: '2024-01-01', params: {}, trigger: 'manual' as const };
  await setup.starter.start(request);
  const scheduler = setup.scheduler(pipeline);
  await scheduler.tick();
  await setup.clock.advance(6 * hour);
  await scheduler.tick();
  assert.deepEqual(await setup.runs(), ['a 01-01 running', 'a 01-01 running']);
});
