import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { Pipeline, PipelineDefinition } from '@triad/shared/contracts/pipeline.ts';
import { Admission } from '../../../../orchestrator/admit/admission.ts';
import { RunStarter } from '../../../../orchestrator/run/run-starter.ts';
import { Scheduler } from '../../../../orchestrator/schedule/scheduler.ts';
import {
  type OrchestratorSetup,
  setUpOrchestrator,
} from '../../../harness/orchestrator/orchestrator-setup.ts';
import { pipelineOf } from '../../../harness/run-fixtures.ts';

const hour = 3_600_000;
const day = 24 * hour;

let setup: OrchestratorSetup;
beforeEach(async () => {
  // The clock stands at midnight of 2024-01-01.
  setup = await setUpOrchestrator();
});

const daily = (name: string, more: Partial<PipelineDefinition> = {}) =>
  pipelineOf(['only'], { name, schedule: { cron: '0 6 * * *', timezone: 'UTC' }, ...more });
const schedulerOf = (...pipelines: Pipeline[]) =>
  new Scheduler({
    ...setup,
    pipelines: new Map(pipelines.map((pipeline) => [pipeline.name, pipeline])),
  });
const ticks = async () =>
  (await setup.state.listTicks(20))
    .map(({ pipeline, dueAt, runId }) => `${pipeline} ${dueAt.toISOString()} ${runId ?? 'open'}`)
    .toReversed();

test('a tick has its row in the ledger before it is due, and no run', async () => {
  await schedulerOf(daily('a'), pipelineOf(['only'], { name: 'unscheduled' })).tick();
  assert.deepEqual(await ticks(), ['a 2024-01-01T06:00:00.000Z open']);
  assert.deepEqual(await setup.state.listRuns({ limit: 10 }), []);
});

test('a due tick becomes one run of its day, with the defaults of the pipeline', async () => {
  const params: PipelineDefinition['params'] = {
    source: { type: 'string', description: 'd', default: 'simulated' },
  };
  const scheduler = schedulerOf(daily('a', { params }));
  await scheduler.tick();
  await setup.clock.advance(6 * hour);
  await scheduler.tick();
  await scheduler.tick();
  const runs = await setup.state.listRuns({ limit: 10 });
  assert.equal(runs.length, 1);
  const runId = runs[0]?.runId ?? '';
  const view = await setup.view(runId);
  assert.deepEqual(
    [view.pipeline, view.runDate, view.trigger, view.state, view.params, view.plan.codeRevision],
    ['a', '2024-01-01', 'schedule', 'running', { source: 'simulated' }, 'abc'],
  );
  assert.deepEqual(await setup.sent(), [`command ${runId}:only:1`]);
  assert.deepEqual(await ticks(), [
    `a 2024-01-01T06:00:00.000Z ${runId}`,
    'a 2024-01-02T06:00:00.000Z open',
  ]);
});

test('a tick that came due while no scheduler ran is fired at the next start, once', async () => {
  const pipeline = daily('a');
  await schedulerOf(pipeline).tick();
  await setup.clock.advance(3 * day);
  const successor = schedulerOf(pipeline);
  await successor.start();
  await successor.tick();
  await successor.stop();
  const runs = await setup.state.listRuns({ limit: 10 });
  assert.deepEqual(
    runs.map(({ runDate }) => runDate),
    ['2024-01-01'],
  );
});

test('two schedulers on one state fire a tick once', async () => {
  const pipeline = daily('a');
  const two = [schedulerOf(pipeline), schedulerOf(pipeline)];
  for (const scheduler of two) await scheduler.tick();
  await setup.clock.advance(6 * hour);
  await Promise.all(two.map((scheduler) => scheduler.tick()));
  assert.equal((await setup.state.listRuns({ limit: 10 })).length, 1);
  assert.equal((await setup.sent()).length, 1);
});

test('a schedule fires at the hour of its own zone', async () => {
  const schedule = { cron: '0 6 * * *', timezone: 'America/New_York' };
  const scheduler = schedulerOf(daily('ny', { schedule }));
  await scheduler.tick();
  await setup.clock.advance(11 * hour - 1);
  await scheduler.tick();
  assert.equal((await setup.state.listRuns({ limit: 1 })).length, 0);
  await setup.clock.advance(1);
  await scheduler.tick();
  assert.equal((await setup.state.listRuns({ limit: 1 }))[0]?.runDate, '2024-01-01');
});

test('a tick that cannot be fired does not keep the others from it, and stays open', async () => {
  const params: PipelineDefinition['params'] = {
    file: { type: 'string', description: 'd', required: true },
  };
  const scheduler = schedulerOf(daily('a', { params }), daily('b'));
  await scheduler.tick();
  await setup.clock.advance(6 * hour);
  await scheduler.tick();
  const runs = await setup.state.listRuns({ limit: 10 });
  assert.deepEqual(
    runs.map(({ pipeline }) => pipeline),
    ['b'],
  );
  assert.ok((await ticks()).includes('a 2024-01-01T06:00:00.000Z open'));
  assert.ok((await ticks()).includes('b 2024-01-02T06:00:00.000Z open'));
  assert.equal(setup.lines.filter(({ level }) => level === 'error').length, 1);
});

test('a tick of a pipeline that is gone fires nothing and is reported once', async () => {
  await schedulerOf(daily('gone')).tick();
  await setup.clock.advance(6 * hour);
  const scheduler = schedulerOf(daily('a'));
  for (let i = 0; i < 3; i += 1) await scheduler.tick();
  assert.deepEqual(await setup.state.listRuns({ limit: 10 }), []);
  assert.equal(setup.lines.filter(({ level }) => level === 'warn').length, 1);
});

test('a crash between the tick and its run leaves a run that the next process takes up', async () => {
  const pipeline = daily('a');
  const scheduler = schedulerOf(pipeline);
  await scheduler.tick();
  await setup.clock.advance(6 * hour);
  const engine = Object.assign(setup.newEngine(), {
    advance: () => Promise.reject(new Error('the process dies here')),
    react: () => Promise.reject(new Error('the process dies here')),
    admit: () => Promise.reject(new Error('the process dies here')),
  });
  const admission = new Admission({ ...setup, engine, maxActiveRuns: 100 });
  const crashing = new Scheduler({
    ...setup,
    pipelines: new Map([['a', pipeline]]),
    starter: new RunStarter({ ...setup, admission, codeRevision: 'abc' }),
  });
  await crashing.tick();
  assert.deepEqual(await setup.sent(), []);
  await setup.admission.admit();
  assert.equal((await setup.sent()).length, 1);
  await scheduler.tick();
  assert.equal((await setup.state.listRuns({ limit: 10 })).length, 1);
});
