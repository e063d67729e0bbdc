import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { topic } from '@triad/shared/contracts/topics.ts';
import { CloudSystem, onTriad } from '../harness/google-cloud/cloud-system.ts';
import { until } from '../harness/until.ts';

const models = 'europe-docker.pkg.dev/shop/models';

// Nobody pushes here: what comes was pulled.
test('services that pull run a pipeline, and keep what Pub/Sub gave up', async () => {
  const cloud = await CloudSystem.start({
    delivery: 'pull',
    pipelines: resolve(import.meta.dirname, '../harness/pipelines-container'),
    images: {
      [`${models}/orders:1`]: onTriad,
      [`${models}/score:1`]: onTriad,
      [`${models}/bare:1`]: onTriad,
    },
  });
  const run = await cloud.run('scored', '2026-01-31', {});
  assert.deepEqual(
    run.steps.map(({ name, attempts }) => [name, attempts]),
    [
      ['orders', 1],
      ['score', 1],
      ['bare', 1],
    ],
  );
  assert.deepEqual(run.metrics, { sum: 42 });

  await cloud.publish(topic.commands, 'no event');
  const letter = await until('the dead letter', async () => {
    const { deadLetters } = (await cloud.ask('/v1/dead-letters')) as {
      deadLetters: { subscription: string; topic: string; reasonCode: string }[];
    };
    return deadLetters[0];
  });
  assert.deepEqual(
    [letter.subscription, letter.topic, letter.reasonCode],
    ['invoker', topic.commands, 'MESSAGE_POISON'],
  );
});
