import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { encodeEvent } from '@triad/shared/contracts/push-envelope.ts';
import { refusing } from '../harness/messenger/fake-receiver.ts';
import {
  eventOf,
  type MessengerSetup,
  policy,
  type SetUpOptions,
} from '../harness/messenger/messenger-setup.ts';

/** What no receiver takes is kept, with its reason, until somebody replays it. */
export function deadLetterConformance(
  setUp: (options?: SetUpOptions) => Promise<MessengerSetup>,
): void {
  describe('dead letters', () => {
    const giveUp = async (topic: string) => {
      const setup = await setUp();
      setup.receiver.behave = refusing;
      setup.push.start();
      await setup.messenger.publish(topic, eventOf('a'));
      await setup.clock.advance(60_000);
      return { ...setup, letters: await setup.push.deadLetters(10) };
    };

    test('after the last attempt a message is kept with its reason and not delivered again', async () => {
      const { letters, receiver, clock } = await giveUp('one');
      assert.equal(receiver.pushes.length, policy.maxAttempts);
      assert.equal(letters.length, 1);
      const [letter] = letters;
      assert.ok(letter);
      assert.equal(letter.data, encodeEvent(eventOf('a')));
      assert.deepEqual(
        [letter.topic, letter.subscription, letter.attempts, letter.reasonCode],
        ['one', 'first', policy.maxAttempts, 'DELIVERY_EXHAUSTED'],
      );
      assert.match(letter.reasonMessage, /HTTP 503 not now/);
      assert.ok(letter.at <= clock.now());
      await clock.advance(3_600_000);
      assert.equal(receiver.pushes.length, policy.maxAttempts);
    });

    test('two subscriptions can give up the same message', async () => {
      const { letters, receiver } = await giveUp('two');
      assert.deepEqual(letters.map(({ subscription }) => subscription).toSorted(), [
        'second',
        'third',
      ]);
      assert.equal(receiver.pushes.length, 2 * policy.maxAttempts);
    });

    test('a dead letter that is replayed goes to its own subscription, with all its attempts', async () => {
      const { letters, push, receiver, clock } = await giveUp('two');
      const letter = letters.find(({ subscription }) => subscription === 'third');
      assert.ok(letter);
      const before = receiver.pushes.length;
      await push.replay(letter.id);
      assert.deepEqual(
        (await push.deadLetters(10)).map(({ subscription }) => subscription),
        ['second'],
      );
      await clock.advance(60_000);
      const again = receiver.pushes.slice(before);
      assert.deepEqual(
        again.map(({ url, envelope }) => [url, envelope.deliveryAttempt]),
        [1, 2, 3, 4].map((attempt) => ['http://third/push', attempt]),
      );
      assert.deepEqual(again[0]?.event, eventOf('a'));
      assert.equal((await push.deadLetters(10)).length, 2);
    });

    test('a dead letter is replayed once', async () => {
      const { letters, push } = await giveUp('one');
      const id = letters[0]?.id ?? '';
      const replays = await Promise.allSettled([push.replay(id), push.replay(id)]);
      assert.deepEqual(replays.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected']);
      await assert.rejects(push.replay(id), { code: 'NOT_FOUND' });
    });

    test('a message its receiver cannot read is kept with the reason, and can be replayed', async () => {
      const { messenger, push, receiver, clock } = await setUp();
      const poison = { id: 'm1', data: encodeEvent(eventOf('poison')) };
      await messenger.deadLetter(poison, 'first', { code: 'MESSAGE_POISON', message: 'nonsense' });
      const [letter] = await push.deadLetters(10);
      assert.ok(letter);
      assert.deepEqual(
        [letter.subscription, letter.data, letter.reasonCode, letter.reasonMessage],
        ['first', poison.data, 'MESSAGE_POISON', 'nonsense'],
      );
      assert.equal(letter.attributes.original_id, 'm1');
      push.start();
      await clock.advance(3_600_000);
      assert.deepEqual(receiver.eventIds, []);
      await push.replay(letter.id);
      await clock.advance(0);
      assert.deepEqual(receiver.eventIds, ['poison']);
    });

    test('dead letters are listed newest first, up to the limit', async () => {
      const { messenger, push, clock } = await setUp();
      for (const message of ['old', 'middle', 'new']) {
        await messenger.deadLetter({ id: message, data: '' }, 'first', { code: 'X', message });
        await clock.advance(1);
      }
      const listed = await push.deadLetters(2);
      assert.deepEqual(
        listed.map(({ reasonMessage }) => reasonMessage),
        ['new', 'middle'],
      );
    });
  });
}
