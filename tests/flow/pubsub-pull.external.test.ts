import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterEach, describe, test } from 'node:test';
import { Duration } from '@google-cloud/pubsub';
import { decodeEvent, parsePushEnvelope } from '@triad/shared/contracts/push-envelope.ts';
import type { TriadError } from '@triad/shared/errors/triad-error.ts';
import { openPubsub } from '@triad/shared/messenger/pubsub-client.ts';
import type { PubsubMessengerOptions } from '@triad/shared/messenger/pubsub-messenger.ts';
import { PubsubPull } from '@triad/shared/messenger/pubsub-pull.ts';
import { startPstest } from '../harness/emulators/pstest.ts';
import { type PubsubSetup, setUpPubsub } from '../harness/emulators/pubsub-setup.ts';
import { pushSubscription } from '../harness/emulators/push-subscription.ts';
import { withoutCredentials } from '../harness/emulators/without-credentials.ts';
import { FakeClock } from '../harness/fake-clock.ts';
import { eventOf } from '../harness/messenger/messenger-setup.ts';
import { recordingLogger } from '../harness/recording-logger.ts';
import { until } from '../harness/until.ts';

const server = await startPstest();
const open: PubsubSetup[] = [];

const setUp = async (endpoint = server.endpoint, options?: Partial<PubsubMessengerOptions>) => {
  const made = await setUpPubsub(endpoint, options);
  open.push(made);
  return made;
};

afterEach(async () => {
  await server.heal();
  for (const made of open.splice(0)) await made.close();
});

const errorsIn = ({ lines }: PubsubSetup): string[] =>
  lines.flatMap(({ level, fields }) =>
    level === 'error' && 'err' in fields ? [(fields.err as TriadError).code] : [],
  );

describe('a subscription that cannot be pulled from', () => {
  test('because it is not there yet is tried again until it is', async () => {
    const setup = await setUp();
    const { project, messenger, pull, count, ids } = setup;
    const clock = new FakeClock();
    const pulling = pull({ clock }, 'late');
    await until('the failure', async () => (clock.pending > 0 ? true : undefined));
    assert.deepEqual(errorsIn(setup), ['NOT_FOUND']);
    await assert.rejects(pulling.check(), {
      code: 'NOT_FOUND',
      message: /subscription named late \(projects\/.*\/subscriptions\/late\)/,
    });
    await project.createSubscription('late', 'one');
    await pulling.check();
    await messenger.publish('one', eventOf('a'));
    assert.deepEqual(ids(), []);
    await clock.advance(1000);
    await count(1);
    assert.deepEqual(ids(), ['a']);
  });

  test('for want of a permission is tried again until it may be', async () => {
    const setup = await setUp();
    const { messenger, pull, count, ids } = setup;
    await server.fail({ method: 'StreamingPull', code: 7, message: 'not for you' });
    const clock = new FakeClock();
    pull({ clock });
    await until('the failure', async () => (clock.pending > 0 ? true : undefined));
    assert.deepEqual(errorsIn(setup), ['MESSENGER_DENIED']);
    await messenger.publish('one', eventOf('a'));
    await clock.advance(1000);
    await count(1);
    assert.deepEqual(ids(), ['a']);
  });

  test('for want of credentials is tried again too, and says how to get some', async () => {
    const clock = new FakeClock();
    const { log, lines } = recordingLogger();
    const push = async () => {};
    const random = () => 0;
    const pull = new PubsubPull({ project: 'p', subscription: 's', clock, random, log, push });
    await withoutCredentials(async () => {
      pull.start();
      await until('the failure', async () => (clock.pending > 0 ? true : undefined));
      await assert.rejects(pull.check(), { code: 'MESSENGER_CREDENTIALS_MISSING' });
      await clock.advance(1000);
      await until('the second failure', async () => (clock.pending > 0 ? true : undefined));
    });
    await pull.close();
    assert.equal(lines.length, 2);
  });

  test('for a moment is borne without a word', async () => {
    const setup = await setUp();
    const { messenger, pull, count, ids } = setup;
    await server.fail({ method: 'StreamingPull', code: 14, message: 'away', times: 2 });
    pull();
    await messenger.publish('one', eventOf('a'));
    await count(1);
    assert.deepEqual(ids(), ['a']);
    assert.deepEqual(errorsIn(setup), []);
  });
});

test('a server that is away fails senders with MESSENGER_UNAVAILABLE; when it is back all goes on', async () => {
  const first = await startPstest();
  const setup = await setUp(first.endpoint, { timeoutMs: 500 });
  const { project, messenger, pull, count, ids } = setup;
  pull();
  await messenger.publish('one', eventOf('a'));
  await count(1);
  await first.kill();
  const away = { code: 'MESSENGER_UNAVAILABLE', retryable: true };
  await assert.rejects(messenger.publish('one', eventOf('b')), away);
  await assert.rejects(messenger.check(), away);
  await startPstest(first.port);
  await until('the topic to be made again', async () => {
    await project.createTopic('one');
    return true;
  });
  await project.createTopic('triad-dead-letters');
  await project.createSubscription('first', 'one', { ordered: true, maxAttempts: 5 });
  await until('the check to answer', async () => {
    await messenger.check();
    return true;
  });
  await messenger.publish('one', eventOf('b'));
  await count(2);
  assert.deepEqual(ids(), ['a', 'b']);
});

test('closing does not wait for a server that is away', async () => {
  const first = await startPstest();
  const { messenger, pull, count } = await setUp(first.endpoint);
  const pulling = pull();
  await messenger.publish('one', eventOf('a'));
  await count(1);
  await first.kill();
  await pulling.close();
  await assert.rejects(pulling.check(), { code: 'SERVICE_STOPPING' });
});

test('the message of a receiver that died comes to another one', async () => {
  const { project, messenger, pull, count, received } = await setUp();
  const dying = await openPubsub(project.options);
  const taken = dying.subscription('first', { maxAckDeadline: Duration.from({ seconds: 1 }) });
  const message = once(taken, 'message');
  await messenger.publish('one', eventOf('a'));
  await message;
  // It ends without a word to the server.
  await dying.close();
  pull();
  await count(1);
  await taken.close();
  assert.equal(received[0]?.event.id, 'a');
  assert.equal(received[0]?.envelope.deliveryAttempt, 2);
});

test('a push subscription sends its messages to an address until that takes them', async () => {
  const { project, messenger } = await setUp();
  const bodies: unknown[] = [];
  const receiver = createServer(async (request, response) => {
    bodies.push(await json(request));
    response.writeHead(bodies.length < 3 ? 503 : 204).end();
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const address = receiver.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const pushing = pushSubscription({
    project: project.options.project,
    emulator: server.endpoint,
    subscription: 'first',
    endpoint: `http://127.0.0.1:${port}/pubsub/push`,
  });
  try {
    await messenger.publish('one', eventOf('a'));
    await until('the third push', async () => (bodies.length >= 3 ? true : undefined));
  } finally {
    await pushing.close();
    receiver.close();
  }
  const envelopes = bodies.map(parsePushEnvelope);
  assert.deepEqual(
    envelopes.map(({ deliveryAttempt }) => deliveryAttempt),
    [1, 2, 3],
  );
  for (const { message } of envelopes) {
    assert.deepEqual(decodeEvent(message.messageId, message.data), eventOf('a'));
  }
});
