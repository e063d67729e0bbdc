import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { KyselyMessageStore } from '@triad/shared/messenger/kysely-message-store.ts';
import {
  type Connect,
  eventOf,
  type MessengerSetup,
  type SetUpOptions,
  setUpMessenger,
} from '../harness/messenger/messenger-setup.ts';
import { deadLetterConformance } from './messenger.dead-letters.conformance.ts';
import { redeliveryConformance } from './messenger.redelivery.conformance.ts';

/** What every adapter of the messenger port must do. */
export function messengerConformance(name: string, connect: Connect): void {
  describe(`messenger: ${name}`, () => {
    const open: MessengerSetup[] = [];
    const setUp = async (options?: SetUpOptions) => {
      const made = await setUpMessenger(connect, options);
      open.push(made);
      return made;
    };
    afterEach(async () => {
      for (const made of open.splice(0)) await made.close();
    });

    test('an event reaches every subscription of its topic, in a push envelope', async () => {
      const { messenger, push, receiver, clock } = await setUp();
      push.start();
      await messenger.publish('two', eventOf('a'));
      await clock.advance(0);
      assert.deepEqual(receiver.pushes.map(({ url }) => url).toSorted(), [
        'http://second/push',
        'http://third/push',
      ]);
      for (const { event, envelope } of receiver.pushes) {
        assert.deepEqual(event, eventOf('a'));
        assert.match(envelope.message.messageId, /^[0-9a-z]{26}$/);
        assert.equal(envelope.message.publishTime, '2024-01-01T00:00:00.000Z');
        assert.equal(envelope.message.attributes['content-type'], 'application/cloudevents+json');
        assert.equal(envelope.deliveryAttempt, 1);
      }
      assert.deepEqual(receiver.pushes.map(({ envelope }) => envelope.subscription).toSorted(), [
        'second',
        'third',
      ]);
    });

    test('an event that was acknowledged is never delivered again', async () => {
      const { messenger, push, receiver, clock } = await setUp();
      push.start();
      await messenger.publish('one', eventOf('a'));
      await clock.advance(3_600_000);
      assert.deepEqual(receiver.eventIds, ['a']);
    });

    test('a topic that does not exist is NOT_FOUND', async () => {
      const { messenger } = await setUp();
      await assert.rejects(messenger.publish('three', eventOf('a')), {
        code: 'NOT_FOUND',
        message: /topic named three/,
      });
    });

    test('what was published before the start is delivered after it', async () => {
      const { messenger, push, receiver, clock } = await setUp();
      for (const id of ['a', 'b', 'c']) await messenger.publish('one', eventOf(id));
      await clock.advance(60_000);
      assert.deepEqual(receiver.eventIds, []);
      push.start();
      await clock.advance(0);
      assert.deepEqual(receiver.eventIds, ['a', 'b', 'c']);
    });

    test('a restarted messenger delivers what its predecessor left', async () => {
      const { messenger, store, another, receiver, clock } = await setUp();
      await messenger.publish('one', eventOf('a'));
      // The predecessor dies with a request under way.
      const until = new Date(clock.now().getTime() + 15_000);
      assert.equal((await store.takeDue(clock.now(), until, 1)).length, 1);
      const successor = another();
      successor.start();
      await clock.advance(14_999);
      assert.deepEqual(receiver.eventIds, [], 'it is not sent while it may be under way');
      await clock.advance(1);
      assert.deepEqual(receiver.eventIds, ['a']);
      await successor.stop();
    });

    test('no more requests are made at a time than the policy allows', async () => {
      const { messenger, push, receiver, clock } = await setUp({ policy: { concurrency: 2 } });
      receiver.behave = () =>
        new Promise((resolve) => clock.setTimer(100, () => resolve(new Response(null))));
      const ids = Array.from({ length: 7 }, (_, i) => `m${i}`);
      for (const id of ids) await messenger.publish('one', eventOf(id));
      push.start();
      await clock.advance(399);
      assert.deepEqual(receiver.eventIds.toSorted(), ids);
      assert.equal(receiver.busiest, 2);
    });

    test('nor while it looks for what is due', async () => {
      const { messenger, push, receiver, clock } = await setUp({ policy: { concurrency: 2 } });
      receiver.behave = () =>
        new Promise((resolve) => clock.setTimer(100, () => resolve(new Response(null))));
      for (const id of ['a', 'b', 'c']) await messenger.publish('one', eventOf(id));
      push.start();
      await Promise.all(['d', 'e'].map((id) => messenger.publish('one', eventOf(id))));
      await clock.advance(1000);
      assert.deepEqual(receiver.eventIds.toSorted(), ['a', 'b', 'c', 'd', 'e']);
      assert.equal(receiver.busiest, 2);
    });

    test('stopping waits for the requests under way and starts none', async () => {
      const { messenger, push, receiver, clock } = await setUp({ policy: { concurrency: 1 } });
      receiver.behave = () =>
        new Promise((resolve) => clock.setTimer(100, () => resolve(new Response(null))));
      for (const id of ['a', 'b']) await messenger.publish('one', eventOf(id));
      push.start();
      await clock.advance(0);
      let stopped = false;
      const stopping = push.stop().then(() => {
        stopped = true;
      });
      await clock.advance(99);
      assert.equal(stopped, false);
      await clock.advance(1);
      await stopping;
      assert.deepEqual(receiver.eventIds, ['a']);
      assert.equal(clock.pending, 0);
      push.start();
      await clock.advance(100);
      assert.deepEqual(receiver.eventIds, ['a', 'b']);
    });

    test('stopping while a retry waits leaves no timer behind', async () => {
      const { messenger, push, receiver, clock } = await setUp();
      receiver.behave = () => new Response(null, { status: 500 });
      push.start();
      await messenger.publish('one', eventOf('a'));
      await clock.advance(0);
      await push.stop();
      assert.equal(clock.pending, 0);
    });

    test('stopping in the middle of a look at the store leaves no timer behind', async () => {
      let duringLook = () => {};
      class WatchedStore extends KyselyMessageStore {
        override nextDue(now: Date): Promise<Date | undefined> {
          duringLook();
          return super.nextDue(now);
        }
      }
      const { messenger, push, receiver, clock } = await setUp({
        makeStore: (db) => new WatchedStore(db),
      });
      receiver.behave = () => new Response(null, { status: 500 });
      push.start();
      await messenger.publish('one', eventOf('a'));
      await clock.advance(0);
      await push.stop();
      const { promise: stopped, resolve } = Promise.withResolvers<void>();
      duringLook = () => void push.stop().then(resolve);
      push.start();
      await stopped;
      assert.equal(clock.pending, 0);
    });

    test('the check answers', async () => {
      const { messenger } = await setUp();
      await messenger.check();
    });

    redeliveryConformance(setUp);
    deadLetterConformance(setUp);
  });
}
