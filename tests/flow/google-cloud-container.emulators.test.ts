import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { accountOf, CloudSystem, onTriad } from '../harness/google-cloud/cloud-system.ts';

const models = 'europe-docker.pkg.dev/shop/models';

test('container steps in the profile gcp run in their own images, as the account of their job', async () => {
  const cloud = await CloudSystem.start({
    pipelines: resolve(import.meta.dirname, '../harness/pipelines-container'),
    images: {
      [`${models}/orders:1`]: onTriad,
      [`${models}/score:1`]: onTriad,
      [`${models}/bare:1`]: { files: {} },
    },
  });
  const run = await cloud.run('scored', '2026-01-31', {});
  assert.deepEqual(
    run.steps.map(({ name, state, attempts, error }) => [name, state, attempts, error?.code]),
    [
      ['orders', 'succeeded', 1, undefined],
      ['score', 'succeeded', 1, undefined],
      // Another attempt would meet the same image.
      ['bare', 'failed', 1, 'JOB_IMAGE_UNWRAPPED'],
    ],
  );
  assert.deepEqual(run.metrics, { sum: 42 });
  const { vertex, cloudRun } = cloud.jobs;
  assert.deepEqual(
    cloudRun.executions.map(({ of, job }) => [
      of.template?.template?.serviceAccount,
      job.order.image,
    ]),
    [
      [accountOf('container'), `${models}/orders:1`],
      [accountOf('container'), `${models}/bare:1`],
    ],
  );
  // Only Vertex AI has accelerators.
  const [scored] = vertex.stored;
  assert.equal(vertex.stored.length, 1);
  assert.equal(scored?.request.jobSpec?.serviceAccount, accountOf('container'));
  assert.equal(scored.job.order.image, `${models}/score:1`);
});
