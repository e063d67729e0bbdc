import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { accountOf, CloudSystem, onTriad } from '../harness/google-cloud/cloud-system.ts';
import { until } from '../harness/until.ts';

const image = 'europe-docker.pkg.dev/shop/models/train:1';

test('training whose machine is taken away in the middle is done again, and counts once', async () => {
  const cloud = await CloudSystem.start({
    pipelines: resolve(import.meta.dirname, '../harness/pipelines-spot'),
    images: { [image]: onTriad },
  });
  const { vertex, cloudRun } = cloud.jobs;
  const runId = await cloud.begin('trained', '2026-01-31', {});
  const first = await until('the training to be under way', async () => {
    const [stored] = vertex.stored;
    return stored?.job.log.includes('epoch 1 of attempt 1') ? stored : undefined;
  });
  first.job.preempt();
  const run = await cloud.finished(runId);

  const [step] = run.steps;
  assert.deepEqual(
    step?.history.map(({ attempt, state, error }) => [attempt, state, error?.code]),
    [
      [1, 'failed', 'JOB_PREEMPTED'],
      [2, 'succeeded', undefined],
    ],
  );
  assert.equal(run.state, 'succeeded');
  assert.deepEqual(run.metrics, { loss: 0.25 });
  assert.deepEqual(
    run.outputs.map(({ step: name, path }) => [name, path]),
    [['train', `runs/${runId}/train/2/model.csv`]],
  );
  // The whole model is there once; of half a model nothing is.
  assert.deepEqual(
    (await cloud.stored(`runs/${runId}/train/`)).filter((path) => /model|manifest/.test(path)),
    [`runs/${runId}/train/2/manifest.json`, `runs/${runId}/train/2/model.csv`],
  );

  assert.equal(first.job.outcome?.reason, 'preempted');
  assert.deepEqual(
    vertex.stored.map(({ request: { jobSpec } }) => [
      jobSpec?.scheduling?.strategy,
      jobSpec?.serviceAccount,
      jobSpec?.workerPoolSpecs?.[0]?.machineSpec?.acceleratorType,
    ]),
    Array.from({ length: 2 }, () => ['SPOT', accountOf('container'), 'NVIDIA_L4']),
  );
  assert.equal(cloudRun.executions.length, 0);
});
