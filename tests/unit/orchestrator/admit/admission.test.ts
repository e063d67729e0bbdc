import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { Pipeline } from '@triad/shared/contracts/pipeline.ts';
import { Admission } from '../../../../orchestrator/admit/admission.ts';
import {
  daily,
  type ScheduleSetup,
  setUpSchedules,
} from '../../../harness/orchestrator/schedule-setup.ts';
import { pipelineOf, planOf } from '../../../harness/run-fixtures.ts';

const day = 86_400_000;

let setup: ScheduleSetup;
beforeEach(async () => {
  setup = await setUpSchedules();
});
const queue = (runId: string, priority = 50, pipeline: Pipeline = pipelineOf(['only'])) =>
  setup.state.createRun(planOf(runId, { pipeline, priority, queued: true }));
const running = async () => (await setup.state.activeRuns()).toSorted();
const admissionOf = (maxActiveRuns: number) => new Admission({ ...setup, maxActiveRuns });

test('runs of higher priority begin first, then the oldest, as many as the system allows', async () => {
  await queue('r1', 10);
  await queue('r2');
  await queue('r3', 90);
  await queue('r4');
  const admission = admissionOf(2);
  await admission.admit();
  assert.deepEqual(await running(), ['r2', 'r3']);
  await setup.engine.react('r2', () => [{ type: 'cancel_requested' }]);
  await setup.finishRuns();
  await admission.admit();
  assert.deepEqual(await running(), ['r1', 'r4']);
});

test('a pipeline at its limit does not keep others of lower priority from beginning', async () => {
  const narrow = pipelineOf(['only'], { name: 'narrow', maxActiveRuns: 1 });
  await queue('r1', 90, narrow);
  await queue('r2', 90, narrow);
  await queue('r3', 10);
  await admissionOf(10).admit();
  assert.deepEqual(await running(), ['r1', 'r3']);
});

test('two orchestrators that admit at once admit each run once', async () => {
  for (let n = 1; n <= 6; n += 1) await queue(`r${n}`);
  await Promise.all([admissionOf(100).admit(), admissionOf(100).admit()]);
  for (const runId of await running()) {
    const run = await setup.state.getRun(runId);
    const admitted = run?.events.filter(({ event }) => event.type === 'run_admitted');
    assert.equal(admitted?.length, 1, runId);
  }
  assert.equal((await running()).length, 6);
});

test('asked while it admits, it looks once more', async () => {
  await queue('r1');
  const admission = admissionOf(10);
  const first = admission.admit();
  await queue('r2');
  await Promise.all([first, admission.admit()]);
  assert.deepEqual(await running(), ['r1', 'r2']);
});

test('runs that depend on the past go on when the failed one is retried and succeeds', async () => {
  const pipeline = daily(
    'a',
    { dependsOnPast: true, overlap: 'allow' },
    {
      steps: [{ name: 'only', kind: 'sql', retry: { maxAttempts: 1 } }],
    },
  );
  const scheduler = setup.scheduler(pipeline);
  await scheduler.start();
  await setup.clock.advance(day);
  const [first] = await setup.state.activeRuns();
  const error = { code: 'TEST', message: 'm', fix: 'f', retryable: false };
  await setup.engine.react(first ?? '', () => [
    { type: 'step_failed', step: 'only', attempt: 1, error, retryAt: null },
  ]);
  await setup.clock.advance(2 * day);
  await scheduler.stop();
  assert.deepEqual(await setup.runs(), ['a 01-01 failed', 'a 01-02 queued', 'a 01-03 queued']);
  await setup.engine.react(first ?? '', () => [{ type: 'retry_requested' }]);
  await setup.admission.admit();
  for (let i = 0; i < 3; i += 1) await setup.finishRuns();
  assert.deepEqual(
    await setup.runs(),
    [1, 2, 3].map((n) => `a 01-0${n} succeeded`),
  );
});

test('a run that is retried waits again when there is no room for it', async () => {
  const retry = { maxAttempts: 1 };
  const pipeline = pipelineOf([{ name: 'only', kind: 'train', retry }], { maxActiveRuns: 1 });
  const start = () =>
    setup.starter.start({ pipeline, runDate: '2024-01-01', params: {}, trigger: 'manual' });
  const first = (await start()) ?? '';
  const error = { code: 'TEST', message: 'm', fix: 'f', retryable: false };
  await setup.engine.react(first, () => [
    { type: 'step_failed', step: 'only', attempt: 1, error, retryAt: null },
  ]);
  await start();
  await setup.engine.react(first, () => [{ type: 'retry_requested' }]);
  await setup.admission.admit();
  assert.equal((await setup.state.listRuns({ limit: 9 })).at(-1)?.state, 'queued');
});
