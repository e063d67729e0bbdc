import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeEvent } from '@triad/shared/contracts/push-envelope.ts';
import { pubsubDeadLetter } from '@triad/shared/messenger/pubsub-dead-letter.ts';
import { eventOf } from '../../harness/messenger/messenger-setup.ts';

const data = encodeEvent(eventOf('a'));
const at = new Date('2024-01-01T00:00:00.000Z');
const received = (attributes: Record<string, string>) => ({
  message: { data, attributes, messageId: '77', publishTime: '2024-01-01T00:00:00.000Z' },
  subscription: 'projects/p/subscriptions/letters',
});

test('what Pub/Sub gave up after the last attempt says from where and how often', () => {
  const attributes = {
    'content-type': 'application/cloudevents+json',
    CloudPubSubDeadLetterSourceSubscription: 'dev-triad-commands-push',
    CloudPubSubDeadLetterSourceSubscriptionProject: 'p',
    CloudPubSubDeadLetterSourceDeliveryCount: '10',
    CloudPubSubDeadLetterSourceTopicPublishTime: '2023-12-31T23:00:00.000+00:00',
  };
  const letter = pubsubDeadLetter(received(attributes), at);
  assert.deepEqual(
    [letter.id, letter.subscription, letter.attempts, letter.reasonCode, letter.data, letter.at],
    ['01hk153x00-77', 'dev-triad-commands-push', 10, 'DELIVERY_EXHAUSTED', data, at],
  );
  assert.match(letter.reasonMessage, /-77 on triad-dead-letters .* after 10 attempts/);
  assert.deepEqual(Object.keys(letter.attributes), ['content-type', 'original_id']);
});

test('what a receiver gave up says why', () => {
  const attributes = {
    original_id: '12',
    subscription: 'projects/p/subscriptions/dev-triad-commands-push',
    reason_code: 'JOB_UNKNOWN',
    reason_message: 'No job named x.',
  };
  const letter = pubsubDeadLetter(received(attributes), at);
  assert.deepEqual(
    [letter.subscription, letter.attempts, letter.reasonCode, letter.reasonMessage],
    ['dev-triad-commands-push', 1, 'JOB_UNKNOWN', 'No job named x.'],
  );
  assert.equal(letter.attributes.original_id, '12');
});
