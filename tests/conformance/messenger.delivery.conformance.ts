import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import type { CloudEvent } from '@triad/shared/contracts/cloud-event.ts';
import {
  decodeEvent,
  encodeEvent,
  type PushEnvelope,
  parsePushEnvelope,
} from '@triad/shared/contracts/push-envelope.ts';
import type { Push } from '@triad/shared/messenger/push.ts';
import type {
  DeliveryCapabilities,
  DeliveryOptions,
  DeliverySystem,
} from '../harness/messenger/delivery-system.ts';
import { eventOf } from '../harness/messenger/messenger-setup.ts';
import { until } from '../harness/until.ts';

interface Received {
  subscription: string;
  envelope: PushEnvelope;
  event: CloudEvent;
}

const accepting: Push = async () => {};

/** What a sender and a receiver can rely on, whoever stores and delivers the messages between them. */
export function deliveryConformance(
  name: string,
  open: () => Promise<DeliverySystem>,
  capabilities: DeliveryCapabilities,
): void {
  describe(`delivery: ${name}`, () => {
    const closing: (() => Promise<void>)[] = [];
    afterEach(async () => {
      for (const close of closing.splice(0).toReversed()) await close();
    });

    /** A system whose receivers note what they get, and then do as `behave` says. */
    const setUp = async () => {
      const system = await open();
      closing.push(() => system.close());
      const received: Received[] = [];
      const noting =
        (subscription: string, behave: Push): Push =>
        async (envelope, signal) => {
          const { messageId, data } = parsePushEnvelope(envelope).message;
          received.push({ subscription, envelope, event: decodeEvent(messageId, data) });
          await behave(envelope, signal);
        };
      const deliver = async (receivers: Record<string, Push>, options?: DeliveryOptions) => {
        const stop = await system.deliver(
          Object.fromEntries(
            Object.entries(receivers).map(([key, behave]) => [key, noting(key, behave)]),
          ),
          options,
        );
        let stopped: Promise<void> | undefined;
        const once = () => {
          stopped ??= stop();
          return stopped;
        };
        closing.push(once);
        return once;
      };
      const ids = () => received.map(({ event }) => event.id);
      const arrived = (id: string) =>
        until(`${id} to arrive`, async () => (ids().includes(id) ? true : undefined));
      const count = (many: number) =>
        until(`${many} deliveries`, async () => (received.length >= many ? true : undefined));
      return { ...system, deliver, received, ids, arrived, count };
    };

    test('every subscription of the topic gets the event, in a push envelope', async () => {
      const { messenger, deliver, received, count } = await setUp();
      await deliver({ second: accepting, third: accepting });
      await messenger.publish('two', eventOf('a'));
      await count(2);
      assert.deepEqual(received.map(({ subscription }) => subscription).toSorted(), [
        'second',
        'third',
      ]);
      for (const { subscription, envelope, event } of received) {
        assert.deepEqual(event, eventOf('a'));
        assert.equal(envelope.message.data, encodeEvent(eventOf('a')));
        assert.deepEqual(envelope.message.attributes, {
          'content-type': 'application/cloudevents+json',
        });
        assert.match(envelope.message.publishTime ?? '', /^\d{4}-\d\d-\d\dT.*Z$/);
        assert.equal(envelope.subscription.split('/').at(-1), subscription);
        if (capabilities.countsApart) assert.equal(envelope.deliveryAttempt, 1);
        else assert.ok((envelope.deliveryAttempt ?? 0) >= 1);
      }
    });

    test('what was acknowledged does not come again, also after a restart', async () => {
      const { messenger, deliver, ids, arrived } = await setUp();
      const stop = await deliver({ first: accepting });
      await messenger.publish('one', eventOf('a'));
      await arrived('a');
      await stop();
      await deliver({ first: accepting });
      await messenger.publish('one', eventOf('b'));
      await arrived('b');
      assert.deepEqual(ids(), ['a', 'b']);
    });

    test('what was published while nobody received is delivered later', async () => {
      const { messenger, deliver, ids, count } = await setUp();
      for (const id of ['a', 'b', 'c']) await messenger.publish('one', eventOf(id));
      await deliver({ first: accepting });
      await count(3);
      assert.deepEqual(ids().toSorted(), ['a', 'b', 'c']);
    });

    test('what is refused comes again as the same message, its attempts counted', async () => {
      const { messenger, deliver, received, count } = await setUp();
      await deliver({
        first: async ({ deliveryAttempt = 0 }) => {
          if (deliveryAttempt < 3) throw new Error('not now');
        },
      });
      await messenger.publish('one', eventOf('a'));
      await count(3);
      assert.deepEqual(
        received.map(({ envelope }) => envelope.deliveryAttempt),
        [1, 2, 3],
      );
      const messages = received.map(({ envelope }) => JSON.stringify(envelope.message));
      assert.equal(new Set(messages).size, 1);
    });

    test('what one subscription refuses comes again to that one only', async () => {
      const { messenger, deliver, received, count } = await setUp();
      let isRefusing = true;
      await deliver({
        second: accepting,
        third: async () => {
          if (!isRefusing) return;
          isRefusing = false;
          throw new Error('not now');
        },
      });
      await messenger.publish('two', eventOf('a'));
      await count(3);
      assert.deepEqual(received.map(({ subscription }) => subscription).toSorted(), [
        'second',
        'third',
        'third',
      ]);
    });

    test('what is published twice is delivered twice, as two messages of one event', async () => {
      const { messenger, deliver, received, ids, count } = await setUp();
      await deliver({ first: accepting });
      await messenger.publish('one', eventOf('a'));
      await messenger.publish('one', eventOf('a'));
      await count(2);
      assert.deepEqual(ids(), ['a', 'a']);
      assert.equal(new Set(received.map(({ envelope }) => envelope.message.messageId)).size, 2);
    });

    test('what is refused to the last attempt is a dead letter, and comes no more', async () => {
      const { messenger, deliver, maxAttempts, deadLetters, ids, arrived } = await setUp();
      await deliver({
        first: async ({ message }) => {
          if (decodeEvent('', message.data).id === 'a') throw new Error('never');
        },
      });
      await messenger.publish('one', eventOf('a'));
      const [letter] = await until('a dead letter', async () => {
        const letters = await deadLetters();
        return letters.length > 0 ? letters : undefined;
      });
      assert.equal(letter?.data, encodeEvent(eventOf('a')));
      if (capabilities.explained) {
        assert.equal(letter.subscription, 'first');
        assert.equal(letter.reasonCode, 'DELIVERY_EXHAUSTED');
        assert.match(letter.reasonMessage ?? '', /never/);
      }
      await messenger.publish('one', eventOf('b'));
      await arrived('b');
      assert.deepEqual(
        ids().filter((id) => id === 'a'),
        new Array(maxAttempts).fill('a'),
      );
      assert.equal((await deadLetters()).length, 1);
    });

    test('what its receiver can never read is kept with who gave it up, and why', async () => {
      const { messenger, deadLetters } = await setUp();
      const data = Buffer.from('no event at all').toString('base64');
      const reason = { code: 'MESSAGE_POISON', message: 'it says "ö" 雪' };
      await messenger.deadLetter({ id: 'm1', data }, 'first', reason);
      const letters = await until('a dead letter', async () => {
        const found = await deadLetters();
        return found.length > 0 ? found : undefined;
      });
      assert.deepEqual(letters, [
        {
          data,
          subscription: 'first',
          reasonCode: reason.code,
          reasonMessage: reason.message,
          originalId: 'm1',
        },
      ]);
    });

    test('a receiver that does not answer in time gets the message again', async () => {
      const { messenger, deliver, received, count } = await setUp();
      const hanging: Push = (_envelope, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        });
      await deliver(
        {
          first: async (envelope, signal) => {
            if (envelope.deliveryAttempt === 1) await hanging(envelope, signal);
          },
        },
        { ackDeadlineMs: 50 },
      );
      await messenger.publish('one', eventOf('a'));
      await count(2);
      assert.deepEqual(
        received.map(({ envelope }) => envelope.deliveryAttempt),
        [1, 2],
      );
    });

    test('a receiver gets no more at a time than it should', async () => {
      const { messenger, deliver, ids, count } = await setUp();
      const gates: (() => void)[] = [];
      let busy = 0;
      let busiest = 0;
      const slow: Push = async () => {
        busy += 1;
        busiest = Math.max(busiest, busy);
        await new Promise<void>((resolve) => gates.push(resolve));
        busy -= 1;
      };
      await deliver({ first: slow }, { concurrency: 2 });
      const all = ['a', 'b', 'c', 'd', 'e'];
      for (const id of all) await messenger.publish('one', eventOf(id));
      for (const many of [2, 3, 4, 5, 5]) {
        await count(many);
        gates.shift()?.();
      }
      assert.deepEqual(ids().toSorted(), all);
      assert.equal(busiest, 2);
    });

    test('stopping waits for the receiver and begins nothing; the rest comes later', async () => {
      const { messenger, deliver, ids, arrived, count } = await setUp();
      const gate = Promise.withResolvers<void>();
      const stop = await deliver({ first: () => gate.promise }, { concurrency: 1 });
      await messenger.publish('one', eventOf('a'));
      await arrived('a');
      await messenger.publish('one', eventOf('b'));
      let stopped = false;
      const stopping = stop().then(() => {
        stopped = true;
      });
      await messenger.check();
      assert.equal(stopped, false);
      gate.resolve();
      await stopping;
      assert.deepEqual(ids(), ['a']);
      await deliver({ first: accepting });
      await count(2);
      await messenger.publish('one', eventOf('c'));
      await arrived('c');
      assert.deepEqual(ids(), ['a', 'b', 'c']);
    });

    if (capabilities.ordered) {
      test('the messages of one run come one after the other, in order', async () => {
        const { messenger, deliver, ids, count } = await setUp();
        const log: string[] = [];
        const gate = Promise.withResolvers<void>();
        await deliver({
          first: async ({ message }) => {
            const { id } = decodeEvent('', message.data);
            log.push(`begin ${id}`);
            if (id === 'a') await gate.promise;
            log.push(`end ${id}`);
          },
        });
        const ofRun = (id: string, run: string) => ({ ...eventOf(id), subject: `${run}:train:1` });
        for (const id of ['a', 'b', 'c']) await messenger.publish('one', ofRun(id, 'run1'));
        await messenger.publish('one', ofRun('other', 'run2'));
        await count(2);
        // Between two runs there is no order.
        assert.deepEqual(log.toSorted(), ['begin a', 'begin other', 'end other']);
        gate.resolve();
        await count(4);
        const isOfRun1 = (text: string) => !text.endsWith('other');
        assert.deepEqual(ids().filter(isOfRun1), ['a', 'b', 'c']);
        const steps = ['begin a', 'end a', 'begin b', 'end b', 'begin c', 'end c'];
        assert.deepEqual(log.filter(isOfRun1), steps);
      });
    }

    test('a topic that does not exist is NOT_FOUND', async () => {
      const { messenger } = await setUp();
      await assert.rejects(messenger.publish('three', eventOf('a')), {
        code: 'NOT_FOUND',
        message: /topic named three/,
        retryable: false,
      });
    });

    test('the check answers', async () => {
      const { messenger } = await setUp();
      await messenger.check();
    });
  });
}
