import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { KyselyMessageStore } from '@triad/shared/messenger/kysely-message-store.ts';
import { hanging, refusing, unreachable } from '../harness/messenger/fake-receiver.ts';
import {
  eventOf,
  type MessengerSetup,
  policy,
  type SetUpOptions,
} from '../harness/messenger/messenger-setup.ts';

/** At least once: whatever is not acknowledged comes again, later and later. */
export function redeliveryConformance(
  setUp: (options?: SetUpOptions) => Promise<MessengerSetup>,
): void {
  describe('redelivery', () => {
    test('delays double up to the maximum, half of each at random', async () => {
      const { messenger, push, receiver, clock } = await setUp({ policy: { maxAttempts: 6 } });
      receiver.behave = refusing;
      push.start();
      await messenger.publish('one', eventOf('a'));
      await clock.advance(60_000);
      const times = receiver.pushes.map(({ at }) => at);
      const delays = times.slice(1).map((at, i) => at - (times[i] ?? 0));
      const longest = [1000, 2000, 3000, 3000, 3000];
      assert.equal(delays.length, longest.length);
      for (const [i, most] of longest.entries()) {
        const delay = delays[i] ?? 0;
        assert.ok(delay >= most / 2 && delay <= most, `delay ${i + 1} is ${delay} ms`);
      }
      assert.deepEqual(
        receiver.pushes.map(({ envelope }) => envelope.deliveryAttempt),
        [1, 2, 3, 4, 5, 6],
      );
      assert.equal(new Set(receiver.pushes.map((p) => p.envelope.message.messageId)).size, 1);
    });

    test('messages that failed together do not come back together', async () => {
      const { messenger, push, receiver, clock } = await setUp();
      receiver.behave = refusing;
      push.start();
      for (const id of ['a', 'b', 'c']) await messenger.publish('one', eventOf(id));
      await clock.advance(1000);
      const seconds = receiver.pushes.slice(3).map(({ at }) => at);
      assert.equal(new Set(seconds).size, 3);
    });

    for (const [what, behaviour] of Object.entries({ refuses: refusing, 'is down': unreachable })) {
      test(`a receiver that ${what} for a while gets the message when it is back`, async () => {
        const { messenger, push, receiver, clock } = await setUp();
        receiver.behave = behaviour;
        push.start();
        await messenger.publish('one', eventOf('a'));
        await clock.advance(2000);
        receiver.behave = () => new Response(null, { status: 204 });
        const before = receiver.pushes.length;
        assert.ok(before >= 2 && before < policy.maxAttempts);
        await clock.advance(60_000);
        assert.equal(receiver.pushes.length, before + 1);
        assert.deepEqual(await push.deadLetters(10), []);
      });
    }

    test('a receiver that does not answer within the deadline gets the message again', async () => {
      const { messenger, push, receiver, clock } = await setUp();
      receiver.behave = hanging;
      push.start();
      await messenger.publish('one', eventOf('a'));
      await clock.advance(policy.ackDeadlineMs - 1);
      assert.equal(receiver.pushes.length, 1);
      await clock.advance(1 + policy.backoff.initialMs);
      assert.equal(receiver.pushes.length, 2);
    });

    test('a receiver that hangs does not hold up the retries of others', async () => {
      const { messenger, push, receiver, clock } = await setUp();
      receiver.behave = (seen, signal) =>
        seen.event.id === 'slow' ? hanging(seen, signal) : refusing(seen, signal);
      push.start();
      await messenger.publish('one', eventOf('slow'));
      await messenger.publish('one', eventOf('quick'));
      await clock.advance(policy.backoff.initialMs);
      assert.equal(receiver.eventIds.filter((id) => id === 'quick').length, 2);
    });

    test('attempts count on over a restart', async () => {
      const { messenger, push, another, receiver, clock } = await setUp();
      receiver.behave = refusing;
      push.start();
      await messenger.publish('one', eventOf('a'));
      await clock.advance(1000);
      await push.stop();
      const successor = another();
      successor.start();
      await clock.advance(60_000);
      assert.equal(receiver.pushes.length, policy.maxAttempts);
      assert.equal(receiver.pushes.at(-1)?.envelope.deliveryAttempt, policy.maxAttempts);
      await successor.stop();
    });

    test('an acknowledgement that cannot be stored leads to a second delivery, after a pause', async () => {
      let failures = 1;
      class FailingStore extends KyselyMessageStore {
        override async acknowledge(id: string): Promise<void> {
          failures -= 1;
          if (failures >= 0) throw new Error('the disk is full');
          await super.acknowledge(id);
        }
      }
      const { messenger, push, receiver, clock, lines } = await setUp({
        makeStore: (db) => new FailingStore(db),
      });
      push.start();
      await messenger.publish('one', eventOf('a'));
      await clock.advance(policy.backoff.initialMs - 1);
      assert.deepEqual(receiver.eventIds, ['a']);
      await clock.advance(60_000);
      assert.deepEqual(receiver.eventIds, ['a', 'a']);
      assert.equal(lines.filter(({ level }) => level === 'error').length, 1);
    });
  });
}
