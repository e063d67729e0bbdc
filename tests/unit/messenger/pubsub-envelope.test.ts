import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePushEnvelope } from '@triad/shared/contracts/push-envelope.ts';
import { type PulledMessage, toPushEnvelope } from '@triad/shared/messenger/pubsub-envelope.ts';

const subscription = 'projects/p/subscriptions/s';
const pulled = (more: Partial<PulledMessage> = {}) =>
  ({
    id: '1234',
    data: Buffer.from('{"ö":"雪"}'),
    attributes: { 'content-type': 'application/cloudevents+json' },
    publishTime: new Date('2024-01-01T00:00:00.123Z'),
    deliveryAttempt: 2,
    orderingKey: 'run1',
    ...more,
  }) as PulledMessage;

test('a pulled message is in the envelope of a push request', () => {
  const envelope = toPushEnvelope(pulled(), subscription);
  assert.deepEqual(envelope, {
    message: {
      data: Buffer.from('{"ö":"雪"}').toString('base64'),
      attributes: { 'content-type': 'application/cloudevents+json' },
      messageId: '1234',
      publishTime: '2024-01-01T00:00:00.123Z',
      orderingKey: 'run1',
    },
    subscription,
    deliveryAttempt: 2,
  });
  assert.deepEqual(parsePushEnvelope(JSON.parse(JSON.stringify(envelope))), envelope);
});

test('what Pub/Sub does not say is not in it', () => {
  const envelope = toPushEnvelope(pulled({ orderingKey: '', deliveryAttempt: 0 }), subscription);
  assert.equal('deliveryAttempt' in envelope, false);
  assert.equal('orderingKey' in envelope.message, false);
});
