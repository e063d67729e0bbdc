import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { type BackfillRequest, backfillRequest } from '@triad/shared/contracts/backfill.ts';
import type { Pipeline, PipelineDefinition } from '@triad/shared/contracts/pipeline.ts';
import { Admission } from '../../../../orchestrator/admit/admission.ts';
import { Backfills } from '../../../../orchestrator/backfill/backfills.ts';
import { RunEngine } from '../../../../orchestrator/run/run-engine.ts';
import { RunStarter } from '../../../../orchestrator/run/run-starter.ts';
import { DyingProcess } from '../../../harness/dying-after.ts';
import {
  daily,
  type ScheduleSetup,
  setUpSchedules,
} from '../../../harness/orchestrator/schedule-setup.ts';

let setup: ScheduleSetup;
beforeEach(async () => {
  setup = await setUpSchedules();
  await setup.clock.advance(9 * 86_400_000);
});

const backfillsOf = (...pipelines: Pipeline[]) =>
  new Backfills({ ...setup, pipelines: new Map(pipelines.map((p) => [p.name, p])) });
const requestOf = (more: Partial<BackfillRequest> = {}) =>
  backfillRequest.parse({ from: '2024-01-01', to: '2024-01-05', ...more });
async function create(backfills: Backfills, more: Partial<BackfillRequest> = {}) {
  const request = requestOf(more);
  return backfills.create('a', request, await backfills.preview('a', request));
}
const stateOf = async (id: string) => (await setup.backfills.get(id))?.state;

test('a preview tells what would run and stores nothing', async () => {
  const backfills = backfillsOf(daily('a'));
  const dates = await backfills.preview('a', requestOf());
  assert.equal(dates.length, 5);
  assert.deepEqual(await setup.runs(), []);
  assert.deepEqual(await setup.backfills.list({ limit: 9 }), []);
});

test('at most so many runs are unfinished at a time, until all have run', async () => {
  const backfills = backfillsOf(daily('a'));
  const { id } = await create(backfills, { concurrency: 2 });
  assert.deepEqual(await setup.runs(), ['a 01-01 running', 'a 01-02 running']);
  for (let round = 0; round < 10; round += 1) {
    assert.ok((await setup.backfills.activeRuns(id)).length <= 2);
    const [runId] = await setup.state.activeRuns();
    if (!runId) break;
    await setup.engine.react(runId, () => [{ type: 'cancel_requested' }]);
    await setup.finishRuns();
    await backfills.topUp();
  }
  assert.equal((await setup.runs()).length, 5);
  assert.equal(await stateOf(id), 'finished');
  const progress = await setup.backfills.progress(id);
  assert.equal(progress.succeeded + progress.cancelled, 5);
});

test('its runs know why they are, cover the interval, and go after the live ones', async () => {
  const params: PipelineDefinition['params'] = { source: { type: 'string', description: 'd' } };
  const backfills = backfillsOf(daily('a', {}, { priority: 60, params }));
  const { id } = await create(backfills, { params: { source: 'archive' } });
  const [runId = ''] = await setup.state.activeRuns();
  const run = await setup.state.getRun(runId);
  assert.deepEqual(
    [run?.plan.trigger, run?.plan.priority, run?.plan.cause, run?.plan.params, run?.plan.interval],
    [
      'backfill',
      35,
      `backfill/${id}/2024-01-01T06:00:00.000Z`,
      { source: 'archive' },
      { start: '2023-12-31T06:00:00.000Z', end: '2024-01-01T06:00:00.000Z' },
    ],
  );
  const low = await create(backfillsOf(daily('a', {}, { priority: 10 })));
  assert.equal(low.priority, 0);
  assert.equal((await create(backfills, { priority: 80 })).priority, 80);
});

test('only what is missing is run, when that is wanted', async () => {
  const backfills = backfillsOf(daily('a'));
  await create(backfills, { to: '2024-01-02', concurrency: 5 });
  await setup.finishRuns();
  await backfills.topUp();
  await create(backfills, { onlyMissing: true, concurrency: 9 });
  assert.deepEqual(await setup.runs(), [
    'a 01-01 succeeded',
    'a 01-02 succeeded',
    'a 01-03 running',
    'a 01-04 running',
    'a 01-05 running',
  ]);
  const nothing = await create(backfills, { to: '2024-01-02', onlyMissing: true });
  assert.equal(await stateOf(nothing.id), 'finished');
});

test('params that the pipeline does not take are refused before anything is stored', async () => {
  const backfills = backfillsOf(daily('a'));
  await assert.rejects(create(backfills, { params: { x: 1 } }), { code: 'INPUT_INVALID' });
  await assert.rejects(backfills.preview('b', requestOf()), { code: 'NOT_FOUND' });
  assert.deepEqual(await setup.backfills.list({ limit: 9 }), []);
});

test('a pipeline that changes meanwhile has its runs refused, and the backfill ends', async () => {
  const params: PipelineDefinition['params'] = { source: { type: 'string', description: 'd' } };
  const before = backfillsOf(daily('a', {}, { params }));
  const { id } = await create(before, { params: { source: 'archive' } });
  await setup.finishRuns();
  await backfillsOf(daily('a')).topUp();
  assert.equal(await stateOf(id), 'finished');
  const progress = await setup.backfills.progress(id);
  assert.deepEqual([progress.succeeded, progress.refused, progress.waiting], [1, 4, 0]);
});

test('a cancelled backfill starts nothing more and cancels what runs', async () => {
  const backfills = backfillsOf(daily('a'));
  const { id } = await create(backfills, { concurrency: 2 });
  await backfills.cancel(id);
  assert.equal(await stateOf(id), 'cancelling');
  await setup.finishRuns();
  await backfills.topUp();
  assert.equal(await stateOf(id), 'cancelled');
  assert.deepEqual(await setup.runs(), ['a 01-01 cancelled', 'a 01-02 cancelled']);
  await assert.rejects(backfills.cancel(id), { code: 'BACKFILL_NOT_ACTIVE' });
  await assert.rejects(backfills.cancel('none'), { code: 'NOT_FOUND' });
});

test('two processes that go on at once start each run once, and not too many', async () => {
  const two = [backfillsOf(daily('a')), backfillsOf(daily('a'))];
  const { id } = await create(two[0] as Backfills, { concurrency: 2 });
  for (let round = 0; round < 5; round += 1) {
    await Promise.all(two.map((backfills) => backfills.topUp()));
    assert.ok((await setup.backfills.activeRuns(id)).length <= 2);
    await setup.finishRuns();
  }
  assert.deepEqual(
    await setup.runs(),
    [1, 2, 3, 4, 5].map((n) => `a 01-0${n} succeeded`),
  );
});

test('a crash between any two steps neither loses a run nor starts one twice', async () => {
  for (let calls = 1; calls < 60; calls += 1) {
    setup = await setUpSchedules();
    await setup.clock.advance(9 * 86_400_000);
    const life = new DyingProcess(calls);
    const parts = {
      ...setup,
      state: life.bind(setup.state),
      backfills: life.bind(setup.backfills),
    };
    const engine = new RunEngine({ ...parts, poolSizes: new Map() });
    const admission = new Admission({ ...parts, engine, maxActiveRuns: 100 });
    const starter = new RunStarter({ ...parts, admission, codeRevision: 'abc' });
    const pipelines = new Map([['a', daily('a')]]);
    const dying = new Backfills({ ...parts, engine, starter, pipelines });
    await create(dying, { concurrency: 3 }).catch(() => {});
    const backfills = backfillsOf(daily('a'));
    await backfills.topUp();
    await setup.admission.admit();
    for (let round = 0; round < 3; round += 1) {
      await setup.finishRuns();
      await backfills.topUp();
    }
    const expected = [1, 2, 3, 4, 5].map((n) => `a 01-0${n} succeeded`);
    const wasStored = (await setup.backfills.list({ limit: 1 })).length === 1;
    assert.deepEqual((await setup.runs()).toSorted(), wasStored ? expected : [], `${calls} calls`);
    if (!life.isDead) return;
  }
  assert.fail('the backfill never came to its end');
});
