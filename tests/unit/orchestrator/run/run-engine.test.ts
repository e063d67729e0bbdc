import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { PipelineDefinition } from '@triad/shared/contracts/pipeline.ts';
import { reactToEnd } from '../../../../orchestrator/run/react-to-end.ts';
import {
  type OrchestratorSetup,
  setUpOrchestrator,
} from '../../../harness/orchestrator/orchestrator-setup.ts';
import { type EndName, ends } from '../../../harness/orchestrator/simulated-runs.ts';
import { pipelineOf, planOf } from '../../../harness/run-fixtures.ts';

let setup: OrchestratorSetup;
beforeEach(async () => {
  setup = await setUpOrchestrator();
});

const end = (runId: string, step: string, attempt: number, how: EndName, engine = setup.engine) =>
  engine.react(
    runId,
    reactToEnd(step, attempt, ends[how], setup.clock.now(), () => 0.5),
  );

const retry = { maxAttempts: 2, initialDelaySeconds: 10 };
const oneStep: PipelineDefinition['steps'][number] = { name: 'train', kind: 'train', retry };

test('a run starts its first steps and announces their commands', async () => {
  await setup.start('r1', pipelineOf(['load', { name: 'later', kind: 'sql', after: ['load'] }]));
  assert.deepEqual(await setup.steps('r1'), { load: 'dispatched', later: 'waiting' });
  assert.deepEqual(await setup.sent(), ['command r1:load:1']);
  assert.equal(setup.wakes(), 1);
});

test('a command carries the plan, the parameters of its step and the outputs of earlier steps', async () => {
  const pipeline = pipelineOf([
    'load',
    { name: 'score', kind: 'container', job: 'score', after: ['load'], with: { limit: 5 } },
  ]);
  await setup.start('r1', pipeline, { params: { limit: 1, source: 'orders' }, seed: 7 });
  await setup.sent();
  const { outputs } = await setup.writeManifest({ runId: 'r1', step: 'load', attempt: 1 });
  const succeeded = { ...ends.succeeded, result: { ...ends.succeeded.result, outputs } };
  await setup.engine.react(
    'r1',
    reactToEnd('load', 1, succeeded, setup.clock.now(), () => 0),
  );
  const [message] = await setup.state.unpublished(10);
  const [{ rows: _, ...output } = { rows: 0 }] = outputs;
  assert.equal(message?.topic, 'triad-commands');
  assert.deepEqual(message?.event.data, {
    version: 1,
    id: 'r1:score:1',
    runId: 'r1',
    step: 'score',
    attempt: 1,
    job: 'score',
    kind: 'container',
    runDate: '2024-01-31',
    params: { limit: 5, source: 'orders' },
    inputs: [{ ...output, step: 'load' }],
    resources: { memoryMiB: 2048, timeLimitSeconds: 3600 },
    limits: {},
    pins: { planHash: 'f'.repeat(64), codeRevision: 'test', seed: 7 },
  });
});

test('warehouse steps of all runs take turns; the run that waited longest comes next', async () => {
  for (const runId of ['r1', 'r2', 'r3']) await setup.start(runId, pipelineOf(['sql', oneStep]));
  assert.deepEqual((await setup.sent()).toSorted(), [
    'command r1:sql:1',
    'command r1:train:1',
    'command r2:train:1',
    'command r3:train:1',
  ]);
  assert.equal((await setup.steps('r2')).sql, 'ready');
  await end('r1', 'sql', 1, 'succeeded');
  assert.deepEqual(await setup.sent(), ['command r2:sql:1']);
  await end('r2', 'sql', 1, 'fatal');
  assert.deepEqual(await setup.sent(), ['command r3:sql:1']);
});

test('a retry starts by itself when it is due', async () => {
  await setup.start('r1', pipelineOf([oneStep]));
  await setup.sent();
  await end('r1', 'train', 1, 'retryable');
  await setup.clock.advance(7_499);
  assert.deepEqual(await setup.sent(), []);
  await setup.clock.advance(1);
  await setup.clock.advance(0);
  assert.deepEqual(await setup.sent(), ['command r1:train:2']);
});

test('the error of a run is that of the step that failed first, wherever it is in the plan', async () => {
  const failed = (code: string) => ({
    state: 'failed' as const,
    error: { code, message: 'm', fix: 'f', retryable: false },
  });
  await setup.start('r1', pipelineOf(['a', 'b'].map((name) => ({ name, kind: 'train' }))));
  await setup.end('r1', 'b', failed('FIRST'));
  await setup.clock.advance(1000);
  await setup.end('r1', 'a', failed('SECOND'));
  assert.equal((await setup.view('r1')).error?.code, 'FIRST');
});

test('two engines that hear of one end at once record it once', async () => {
  const other = setup.newEngine();
  await setup.start('r1', pipelineOf([oneStep, 'after']));
  await setup.sent();
  await Promise.all([
    end('r1', 'train', 1, 'succeeded'),
    end('r1', 'train', 1, 'succeeded', other),
    end('r1', 'after', 1, 'succeeded', other),
  ]);
  const run = await setup.state.getRun('r1');
  const types = run?.events.map(({ event }) => event.type) ?? [];
  assert.equal(types.filter((type) => type === 'step_succeeded').length, 2);
  assert.equal(types.filter((type) => type === 'run_finished').length, 1);
  assert.equal((await setup.view('r1')).state, 'succeeded');
});

test('two engines never give the lease twice', async () => {
  const other = setup.newEngine();
  for (const runId of ['r1', 'r2', 'r3', 'r4']) {
    await setup.state.createRun(planOf(runId, { pipeline: pipelineOf(['sql']) }));
  }
  await Promise.all([setup.engine.advanceAll(), other.advanceAll()]);
  assert.equal((await setup.state.inFlight()).length, 1);
  assert.equal((await setup.sent()).length, 1);
});

test('a run that does not exist is left alone', async () => {
  await setup.engine.advance('r9');
  assert.deepEqual(await setup.state.listRuns({ limit: 1 }), []);
});
