import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { Params } from '@triad/shared/contracts/json.ts';
import type { PipelineDefinition } from '@triad/shared/contracts/pipeline.ts';
import type { RunPlan } from '@triad/shared/contracts/run-plan.ts';
import {
  type OrchestratorSetup,
  setUpOrchestrator,
} from '../../../harness/orchestrator/orchestrator-setup.ts';
import { ends } from '../../../harness/orchestrator/simulated-runs.ts';
import { pipelineOf } from '../../../harness/run-fixtures.ts';

const commit = 'a'.repeat(40);
let setup: OrchestratorSetup;
beforeEach(async () => {
  setup = await setUpOrchestrator();
});

type Step = PipelineDefinition['steps'][number];
const train: Step = { name: 'train', kind: 'train' };
const cached = (step: Step = train) => pipelineOf([step], { cache: 'on' });
const start = (runId: string, more: Partial<RunPlan> = {}, step: Step = train) =>
  setup.start(runId, cached(step), { codeRevision: commit, ...more });

/** Trains for a minute in run `r1`, writing one output. */
const trainOnce = async (more: Partial<RunPlan> = {}) => {
  await start('r1', more);
  const { outputs } = await setup.writeManifest({ runId: 'r1', step: 'train', attempt: 1 });
  await setup.clock.advance(60_000);
  await setup.end('r1', 'train', {
    ...ends.succeeded,
    result: { ...ends.succeeded.result, outputs, metrics: { r: 0.25 } },
  });
  await setup.sent();
};

test('an equal step is not done again, and says from where its result comes and what was saved', async () => {
  await trainOnce();
  await start('r2');
  assert.deepEqual(await setup.sent(), []);
  const run = await setup.view('r2');
  const [step] = run.steps;
  assert.equal(run.state, 'succeeded');
  assert.deepEqual(run.metrics, { r: 0.25 });
  assert.deepEqual(step?.reuse?.from, {
    runId: 'r1',
    step: 'train',
    attempt: 1,
    at: '2024-01-01T00:01:00.000Z',
  });
  assert.equal(step?.reuse?.savedMs, 60_000);
  assert.match(step?.reuse?.key ?? '', /^[0-9a-f]{64}$/);
});

const different: [string, Partial<RunPlan>][] = [
  ['other parameters', { params: { weeks: 5 } as Params }],
  ['another run date', { runDate: '2024-02-01' }],
  ['another seed', { seed: 1 }],
  ['another commit', { codeRevision: 'b'.repeat(40) }],
  ['a run that wants everything fresh', { fresh: true }],
  ['code that is not a commit', { codeRevision: `${commit}-dirty` }],
];
for (const [what, more] of different) {
  test(`${what}: the step is done`, async () => {
    await trainOnce();
    await start('r2', more);
    assert.deepEqual(await setup.sent(), ['command r2:train:1']);
  });
}

test('a step with another program, image or variable is done', async () => {
  const image = (digit: string) => `score@sha256:${digit.repeat(64)}`;
  const container = { image: image('1'), command: ['score', '--fast'] };
  const score = (more: object): Step => ({
    name: 'score',
    kind: 'container',
    container: { ...container, ...more },
  });
  await start('r1', {}, score({}));
  await setup.end('r1', 'score', ends.succeeded);
  await setup.sent();
  await start('r2', {}, score({}));
  assert.deepEqual(await setup.sent(), []);
  const others = [{ image: image('2') }, { command: ['score'] }, { env: { MODE: 'slow' } }];
  for (const [index, other] of others.entries()) {
    await start(`r${index + 3}`, {}, score(other));
    assert.deepEqual(await setup.sent(), [`command r${index + 3}:score:1`]);
  }
});

test('a program whose code no digest names is done', async () => {
  const container = { image: 'score:1', command: ['score'] };
  for (const runId of ['r1', 'r2']) {
    await start(runId, {}, { name: 'score', kind: 'container', container });
    await setup.end(runId, 'score', ends.succeeded);
    assert.deepEqual(await setup.sent(), [`command ${runId}:score:1`]);
  }
});

test('a result is not reused where more must hold of it than was verified', async () => {
  await trainOnce();
  await start('r2', {}, { ...train, postconditions: [{ kind: 'metric', metric: 'r', min: 0.5 }] });
  assert.deepEqual(await setup.sent(), ['command r2:train:1']);
});

test('a step that must be fresh, and one that opens the warehouse, are done', async () => {
  await trainOnce();
  await start('r2', {}, { ...train, fresh: 'required' });
  assert.deepEqual(await setup.sent(), ['command r2:train:1']);
  for (const runId of ['r3', 'r4']) {
    await start(runId, {}, { name: 'orders', kind: 'sql' });
    await setup.end(runId, 'orders', ends.succeeded);
    assert.deepEqual(await setup.sent(), [`command ${runId}:orders:1`]);
  }
});

test('a result of which a file was changed or is gone is not reused', async () => {
  await trainOnce();
  await setup.artifacts.put('runs/r1/train/1/result.txt', 'something else');
  await start('r2');
  assert.deepEqual(await setup.sent(), ['command r2:train:1']);
});

test('a pipeline without a cache does everything', async () => {
  for (const runId of ['r1', 'r2']) {
    await setup.start(runId, pipelineOf([train]), { codeRevision: commit });
    await setup.end(runId, 'train', ends.succeeded);
    assert.deepEqual(await setup.sent(), [`command ${runId}:train:1`]);
  }
});
