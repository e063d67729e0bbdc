import assert from 'node:assert/strict';
import { test } from 'node:test';
import { topicName } from '@triad/shared/messenger/pubsub-client.ts';

test('a topic is called by the namespace of its environment and its name', () => {
  assert.equal(topicName('triad-commands', { namespace: 'feature-x' }), 'feature-x-triad-commands');
});

test('without a namespace it is called by its name', () => {
  assert.equal(topicName('triad-commands', {}), 'triad-commands');
  assert.equal(topicName('triad-commands', { namespace: '' }), 'triad-commands');
});
