import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeEvent, type PushEnvelope } from '@triad/shared/contracts/push-envelope.ts';
import { topic } from '@triad/shared/contracts/topics.ts';
import { PubsubDeadLetters } from '@triad/shared/messenger/pubsub-dead-letters.ts';
import { FakeClock } from '../../harness/fake-clock.ts';
import { RecordingMessenger } from '../../harness/invoker/recording-messenger.ts';
import { MemoryMessageStore } from '../../harness/memory/memory-message-store.ts';
import { MemoryTables } from '../../harness/memory/memory-tables.ts';
import { eventOf } from '../../harness/messenger/messenger-setup.ts';

function setUp() {
  const messenger = new RecordingMessenger();
  const letters = new PubsubDeadLetters({
    store: new MemoryMessageStore(new MemoryTables()),
    messenger,
    topics: { 'dev-commands': topic.commands },
    clock: new FakeClock(),
  });
  const receive = (messageId: string, changes: Partial<PushEnvelope['message']> = {}) =>
    letters.receive(
      {
        message: {
          messageId,
          data: encodeEvent(eventOf(messageId)),
          publishTime: '2024-01-01T00:00:00.000Z',
          attributes: {
            CloudPubSubDeadLetterSourceSubscription: 'dev-commands',
            CloudPubSubDeadLetterSourceDeliveryCount: '5',
          },
          ...changes,
        },
        subscription: 'projects/p/subscriptions/letters',
      },
      new AbortController().signal,
    );
  const list = async () => (await letters.deadLetters(10)).map(({ id }) => id.split('-')[1]);
  return { messenger, letters, receive, list };
}

test('a dead letter that comes several times is kept once, newest first', async () => {
  const { receive, list, letters } = setUp();
  await receive('20', { publishTime: '2024-01-01T00:00:01.000Z' });
  await receive('3', { publishTime: '2024-01-01T00:00:02.000Z' });
  await receive('20', { publishTime: '2024-01-01T00:00:01.000Z' });
  assert.deepEqual(await list(), ['3', '20']);
  const [letter] = await letters.deadLetters(1);
  assert.deepEqual([letter?.topic, letter?.subscription], [topic.commands, 'dev-commands']);
});

test('a replay publishes it again, and it is gone', async () => {
  const { receive, list, letters, messenger } = setUp();
  await receive('1');
  const [letter] = await letters.deadLetters(1);
  await letters.replay(letter?.id ?? '');
  assert.deepEqual(messenger.published, [{ topic: topic.commands, event: eventOf('1') }]);
  assert.deepEqual(await list(), []);
  await assert.rejects(letters.replay(letter?.id ?? ''), { code: 'NOT_FOUND' });
});

test('it is kept while the messenger is down', async () => {
  const { receive, list, letters, messenger } = setUp();
  await receive('1');
  messenger.isDown = true;
  const [letter] = await letters.deadLetters(1);
  await assert.rejects(letters.replay(letter?.id ?? ''), { code: 'SERVICE_UNREACHABLE' });
  assert.deepEqual(await list(), ['1']);
});

test('what nobody could read, or comes from nowhere known, is not sent again', async () => {
  const { receive, list, letters } = setUp();
  await receive('1', { data: 'AAAA' });
  await receive('2', { attributes: { subscription: 'projects/p/subscriptions/other' } });
  const [unknown, unreadable] = await letters.deadLetters(2);
  await assert.rejects(letters.replay(unreadable?.id ?? ''), { code: 'MESSAGE_POISON' });
  await assert.rejects(letters.replay(unknown?.id ?? ''), {
    code: 'NOT_FOUND',
    message: /subscription named other/,
  });
  assert.deepEqual(await list(), ['2', '1']);
});
