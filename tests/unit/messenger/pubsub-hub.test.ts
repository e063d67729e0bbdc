import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { encodeEvent, type PubsubMessage } from '@triad/shared/contracts/push-envelope.ts';
import { topic } from '@triad/shared/contracts/topics.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { PubSubHub, type PubSubHubOptions, plainName } from '@triad/shared/messenger/pubsub-hub.ts';
import { FakeClock } from '../../harness/fake-clock.ts';
import { MemoryMessageStore } from '../../harness/memory/memory-message-store.ts';
import { MemoryTables } from '../../harness/memory/memory-tables.ts';
import { eventOf } from '../../harness/messenger/messenger-setup.ts';
import { sequentialIds } from '../../harness/sequential-ids.ts';

let published: { topic: string; messages: PubsubMessage[] }[];
let store: MemoryMessageStore;
let hub: PubSubHub;
const hubWith = (options: Partial<PubSubHubOptions> = {}) =>
  new PubSubHub({
    publisher: {
      publish: async () => {},
      deadLetter: async () => {},
      check: async () => {},
      close: async () => {},
      async publishMessages(name, messages) {
        published.push({ topic: name, messages });
        return messages.map((_message, index) => `m${index}`);
      },
    },
    store,
    topics: { invoker: topic.commands, orchestrator: topic.outcomes },
    namespace: 'main',
    clock: new FakeClock(),
    ids: sequentialIds(),
    ...options,
  });
beforeEach(() => {
  published = [];
  store = new MemoryMessageStore(new MemoryTables());
  hub = hubWith();
});

test('where messages are pulled, it pulls them for as long as it is there', async () => {
  const calls: string[] = [];
  const gone = new TriadError('NOT_FOUND', { what: 'subscription', name: 'main-orchestrator' });
  const pulling = hubWith({
    pulls: {
      start: () => void calls.push('start'),
      check: () => Promise.reject(gone),
      close: async () => void calls.push('close'),
    },
  });
  pulling.start();
  await assert.rejects(pulling.check(), gone);
  await pulling.stop();
  assert.deepEqual(calls, ['start', 'close']);
});

const data = Buffer.from('{}').toString('base64');
const push = (attributes: Record<string, string>, messageId = '77') => ({
  message: { data, attributes, messageId, publishTime: '2026-01-31T00:00:00.000Z' },
  subscription: 'projects/p/subscriptions/main-dead-letters',
});

test('what Pub/Sub gives up is a dead letter of its subscription, kept once', async () => {
  const attributes = {
    CloudPubSubDeadLetterSourceSubscription: 'main-invoker',
    CloudPubSubDeadLetterSourceDeliveryCount: '10',
    kind: 'x',
  };
  await hub.keepDeadLetter(push(attributes));
  await hub.keepDeadLetter(push(attributes));
  const [letter, ...others] = await hub.deadLetters(10);
  assert.deepEqual(others, []);
  assert.equal(letter?.subscription, 'invoker');
  assert.equal(letter?.topic, topic.commands);
  assert.equal(letter?.attempts, 10);
  assert.equal(letter?.reasonCode, 'DELIVERY_EXHAUSTED');
  assert.deepEqual(letter?.attributes, { kind: 'x', original_id: '' });
});

test('what a receiver gives up keeps its reason', async () => {
  await hub.keepDeadLetter(
    push({
      subscription: 'projects/p/subscriptions/main-invoker',
      reason_code: 'MESSAGE_POISON',
      reason_message: 'unreadable',
      original_id: '5',
    }),
  );
  const [letter] = await hub.deadLetters(10);
  assert.deepEqual(
    [letter?.subscription, letter?.reasonCode, letter?.reasonMessage, letter?.attributes],
    ['invoker', 'MESSAGE_POISON', 'unreadable', { original_id: '5' }],
  );
});

test('the orchestrator keeps at once what it cannot read itself', async () => {
  const reason = { code: 'MESSAGE_POISON', message: 'unreadable' };
  await hub.deadLetter({ id: '9', data }, 'projects/p/subscriptions/main-orchestrator', reason);
  const [letter] = await hub.deadLetters(10);
  assert.deepEqual([letter?.subscription, letter?.topic], ['orchestrator', topic.outcomes]);
});

test('a dead letter that is replayed is published to its topic, and gone', async () => {
  await hub.keepDeadLetter(push({ CloudPubSubDeadLetterSourceSubscription: 'main-invoker' }));
  const [letter] = await hub.deadLetters(10);
  await hub.replay(letter?.id ?? '');
  assert.equal(published[0]?.topic, topic.commands);
  assert.equal(published[0]?.messages[0]?.data, data);
  assert.deepEqual(await hub.deadLetters(10), []);
  await assert.rejects(hub.replay('none'), { code: 'NOT_FOUND' });
});

test('a dead letter of a run is replayed with the ordering key of the run', async () => {
  const event = encodeEvent({ ...eventOf('a'), subject: 'run1:train:1' });
  for (const [messageId, data] of [
    ['1', event],
    ['2', encodeEvent(eventOf('b'))],
    ['3', Buffer.from('no event').toString('base64')],
  ] as const) {
    const { message, subscription } = push(
      { CloudPubSubDeadLetterSourceSubscription: 'main-invoker' },
      messageId,
    );
    await hub.keepDeadLetter({ message: { ...message, data }, subscription });
    const [letter] = await hub.deadLetters(10);
    await hub.replay(letter?.id ?? '');
  }
  assert.deepEqual(
    published.map(({ messages }) => messages.map(({ orderingKey }) => orderingKey)),
    [['run1'], [undefined], [undefined]],
  );
});

test('a dead letter of an unknown subscription is not replayed', async () => {
  await hub.keepDeadLetter(push({ CloudPubSubDeadLetterSourceSubscription: 'other' }));
  const [letter] = await hub.deadLetters(10);
  await assert.rejects(hub.replay(letter?.id ?? ''), { code: 'NOT_FOUND' });
  assert.equal((await hub.deadLetters(10)).length, 1);
});

test('a name is plain without its path and its namespace', () => {
  assert.equal(plainName('projects/p/subscriptions/main-invoker', 'main'), 'invoker');
  assert.equal(plainName('mainly-invoker', 'main'), 'mainly-invoker');
});
