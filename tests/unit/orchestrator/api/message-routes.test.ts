import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { encodeEvent } from '@triad/shared/contracts/push-envelope.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { Express } from 'express';
import request from 'supertest';
import { messageRoutes } from '../../../../orchestrator/api/message-routes.ts';
import { createApp } from '../../../../orchestrator/app.ts';
import { refusing } from '../../../harness/messenger/fake-receiver.ts';
import {
  eventOf,
  type MessengerSetup,
  setUpMessenger,
} from '../../../harness/messenger/messenger-setup.ts';
import { recordingLogger } from '../../../harness/recording-logger.ts';

let setup: MessengerSetup;
let app: Express;
let received: unknown[];
let refusal: TriadError | undefined;

beforeEach(async () => {
  setup = await setUpMessenger(async (push) => ({ messenger: push, async close() {} }));
  received = [];
  refusal = undefined;
  const receive = async (body: unknown) => {
    if (refusal) throw refusal;
    received.push(body);
  };
  app = createApp(messageRoutes(setup.push, receive), '0.0.0', recordingLogger().log);
});
afterEach(() => setup.close());

const publish = (topic: string, body: object) =>
  request(app).post(`/v1/projects/triad/topics/${topic}:publish`).send(body);

test("messages are published in Pub/Sub's REST shape and get their ids in order", async () => {
  const messages = ['a', 'b'].map((id) => ({ data: encodeEvent(eventOf(id)) }));
  const answer = await publish('one', { messages });
  assert.equal(answer.status, 200);
  setup.push.start();
  await setup.clock.advance(0);
  assert.deepEqual(
    setup.receiver.pushes.map(({ envelope }) => envelope.message.messageId),
    answer.body.messageIds,
  );
  assert.deepEqual(setup.receiver.eventIds, ['a', 'b']);
});

test('an unknown topic and a malformed message are refused, nothing is published', async () => {
  const unknown = await publish('three', { messages: [{ data: '' }] });
  assert.deepEqual([unknown.status, unknown.body.error.code], [404, 'NOT_FOUND']);
  for (const messages of [[], [{ data: '*' }], [{ attributes: { a: 1 } }], 'x']) {
    const answer = await publish('one', { messages });
    assert.deepEqual([answer.status, answer.body.error.code], [400, 'INPUT_INVALID']);
  }
  assert.equal((await setup.store.takeDue(setup.clock.now(), setup.clock.now(), 10)).length, 0);
});

test('a push request is acknowledged when its receiver returns, and not when it throws', async () => {
  const body = { message: { messageId: 'm1' } };
  assert.equal((await request(app).post('/pubsub/push').send(body)).status, 204);
  assert.deepEqual(received, [body]);
  refusal = new TriadError('SERVICE_UNREACHABLE', { service: 'x', url: 'y', reason: 'z' });
  assert.equal((await request(app).post('/pubsub/push').send(body)).status, 503);
});

test('dead letters are listed with their reason and can be replayed', async () => {
  setup.receiver.behave = refusing;
  setup.push.start();
  await publish('one', { messages: [{ data: encodeEvent(eventOf('a')) }] });
  await setup.clock.advance(60_000);
  const { body } = await request(app).get('/v1/dead-letters');
  const [letter] = body.deadLetters;
  assert.deepEqual([letter.subscription, letter.reasonCode], ['first', 'DELIVERY_EXHAUSTED']);
  assert.match(letter.reasonMessage, /503/);
  setup.receiver.behave = () => new Response(null);
  const replay = () => request(app).post(`/v1/dead-letters/${letter.id}:replay`);
  assert.equal((await replay()).status, 202);
  await setup.clock.advance(0);
  assert.deepEqual((await request(app).get('/v1/dead-letters')).body, {
    deadLetters: [],
    next: null,
  });
  assert.equal(setup.receiver.pushes.length, 5);
  assert.equal((await replay()).status, 404);
});
