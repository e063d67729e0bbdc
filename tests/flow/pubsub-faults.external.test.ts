import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import type { PubsubMessengerOptions } from '@triad/shared/messenger/pubsub-messenger.ts';
import { messageLimit, PubsubMessenger } from '@triad/shared/messenger/pubsub-messenger.ts';
import { startPstest } from '../harness/emulators/pstest.ts';
import { type PubsubSetup, setUpPubsub } from '../harness/emulators/pubsub-setup.ts';
import { withoutCredentials } from '../harness/emulators/without-credentials.ts';
import { eventOf } from '../harness/messenger/messenger-setup.ts';

const server = await startPstest();
const open: PubsubSetup[] = [];

const setUp = async (options?: Partial<PubsubMessengerOptions>) => {
  const made = await setUpPubsub(server.endpoint, options);
  open.push(made);
  return made;
};

afterEach(async () => {
  await server.heal();
  for (const made of open.splice(0)) await made.close();
});

/** An event about a command of a run: it has the run as its ordering key. */
const ofRun = (id: string) => ({ ...eventOf(id), subject: 'run1:train:1' });

describe('publishing that fails', () => {
  const refusals = [
    { what: 'without permission', code: 7, coded: 'MESSENGER_DENIED', retryable: false },
    { what: 'over quota', code: 8, coded: 'MESSENGER_QUOTA', retryable: true },
    { what: 'unauthenticated', code: 16, coded: 'MESSENGER_CREDENTIALS_MISSING', retryable: false },
  ];
  for (const { what, code, coded, retryable } of refusals) {
    test(`${what} is ${coded}, and the run can go on afterwards`, async () => {
      const { messenger, pull, count, ids } = await setUp();
      await server.fail({ method: 'Publish', code, message: `refused ${what}` });
      await assert.rejects(messenger.publish('one', ofRun('a')), {
        code: coded,
        retryable,
        message: new RegExp(`refused ${what}`),
      });
      await messenger.publish('one', ofRun('a'));
      await messenger.publish('one', ofRun('b'));
      pull();
      await count(2);
      assert.deepEqual(ids(), ['a', 'b']);
    });
  }

  test('messages of one run that fail together can all be sent again, in order', async () => {
    const { messenger, pull, count, ids } = await setUp();
    await server.fail({ method: 'Publish', code: 7, message: 'refused' });
    const names = ['a', 'b', 'c'];
    const failed = await Promise.allSettled(names.map((id) => messenger.publish('one', ofRun(id))));
    assert.deepEqual(
      failed.map(({ status }) => status),
      ['rejected', 'rejected', 'rejected'],
    );
    for (const id of names) await messenger.publish('one', ofRun(id));
    pull();
    await count(3);
    assert.deepEqual(ids(), names);
  });

  test('because the server is away for a moment is borne by the call itself', async () => {
    const { messenger, pull, count, ids } = await setUp();
    await server.fail({ method: 'Publish', code: 14, message: 'away', times: 2 });
    await messenger.publish('one', ofRun('a'));
    await messenger.publish('one', ofRun('b'));
    pull();
    await count(2);
    assert.deepEqual(ids(), ['a', 'b']);
  });

  test('because only the answer was lost leads to a second message of the same event', async () => {
    const { messenger, pull, count, ids, received } = await setUp();
    await server.fail({ method: 'Publish', code: 14, message: 'lost', after: true });
    await messenger.publish('one', ofRun('a'));
    pull();
    await count(2);
    assert.deepEqual(ids(), ['a', 'a']);
    assert.equal(new Set(received.map(({ envelope }) => envelope.message.messageId)).size, 2);
  });

  test('because there is no answer ends after the time it has, and can be repeated', async () => {
    const { messenger, pull, count, ids } = await setUp({ timeoutMs: 300 });
    await server.fail({ method: 'Publish', hang: true, times: 100 });
    await assert.rejects(messenger.publish('one', ofRun('a')), {
      code: 'MESSENGER_UNAVAILABLE',
      retryable: true,
    });
    await server.heal();
    await messenger.publish('one', ofRun('b'));
    pull();
    await count(1);
    assert.deepEqual(ids(), ['b']);
  });

  test('for want of credentials says how to get some', async () => {
    const messenger = new PubsubMessenger({ project: 'p' });
    await withoutCredentials(() =>
      assert.rejects(messenger.publish('one', eventOf('a')), {
        code: 'MESSENGER_CREDENTIALS_MISSING',
        retryable: false,
        fix: /gcloud auth application-default login/,
      }),
    );
    await messenger.close();
  });
});

describe('the size of a message', () => {
  test('up to the limit does not matter', async () => {
    const { messenger, pull, count, received } = await setUp();
    const room = Buffer.byteLength(JSON.stringify({ ...ofRun('a'), data: '' })) + 100;
    const event = { ...ofRun('a'), data: 'x'.repeat(messageLimit - room) };
    await messenger.publish('one', event);
    pull();
    await count(1);
    assert.equal(received[0]?.event.data, event.data);
  });

  test('above it is refused, and what comes after it is not held up', async () => {
    const { messenger, pull, count, ids } = await setUp();
    const event = { ...ofRun('a'), data: 'x'.repeat(messageLimit) };
    await assert.rejects(messenger.publish('one', event), { code: 'MESSAGE_TOO_LARGE' });
    await messenger.publish('one', ofRun('b'));
    pull();
    await count(1);
    assert.deepEqual(ids(), ['b']);
  });
});

test('the reason of a dead letter is cut to what an attribute can hold', async () => {
  const { messenger, project, pull, count, received } = await setUp();
  await project.createSubscription('letters', 'triad-dead-letters');
  const data = Buffer.from(JSON.stringify(eventOf('a'))).toString('base64');
  const message = `nonsense: ${'雪'.repeat(2000)}`;
  await messenger.deadLetter({ id: 'm1', data }, 'first', { code: 'MESSAGE_POISON', message });
  pull({}, 'letters');
  await count(1);
  const { reason_message: kept = '' } = received[0]?.envelope.message.attributes ?? {};
  const bytes = Buffer.byteLength(kept);
  assert.ok(bytes <= 1024 && bytes > 1018, `${bytes} bytes`);
  assert.match(kept, /^nonsense: 雪+…$/);
});

describe('the check', () => {
  test('misses a topic', async () => {
    const { messenger } = await setUp({ checked: ['one', 'other'] });
    await assert.rejects(messenger.check(), { code: 'NOT_FOUND', message: /topic named other/ });
  });

  test('misses everything in a wrong project', async () => {
    const { messenger, project } = await setUp({ project: 'no-such-project' });
    await assert.rejects(messenger.check(), {
      code: 'NOT_FOUND',
      message: /projects\/no-such-project\/topics\/test-one/,
    });
    assert.notEqual(project.options.project, 'no-such-project');
  });

  test('tells that it may not ask', async () => {
    const { messenger } = await setUp();
    await server.fail({ method: 'GetTopic', code: 7, message: 'not for you' });
    await assert.rejects(messenger.check(), { code: 'MESSENGER_DENIED' });
    await messenger.check();
  });
});
