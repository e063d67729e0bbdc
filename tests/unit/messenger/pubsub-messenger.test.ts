import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import {
  messageLimit,
  PubsubMessenger,
  payloadLimit,
} from '@triad/shared/messenger/pubsub-messenger.ts';
import { MemoryArtifactStore } from '../../harness/memory-artifact-store.ts';
import { eventOf } from '../../harness/messenger/messenger-setup.ts';

/** Nothing listens there: what is sent would fail otherwise. */
const nowhere = { project: 'p', endpoint: '127.0.0.1:1', timeoutMs: 1 };

describe('a message that is too large', () => {
  const messenger = new PubsubMessenger(nowhere);
  const tooLarge = { code: 'MESSAGE_TOO_LARGE', retryable: false, httpStatus: 413 };

  test('is refused before it is sent', async () => {
    const event = { ...eventOf('a'), data: 'x'.repeat(messageLimit) };
    await assert.rejects(messenger.publish('triad-commands', event), {
      ...tooLarge,
      message: /The message for triad-commands has 1\d{7} bytes; .* at most 10000000\./,
      fix: /artifact/,
    });
  });

  test('is counted in bytes, not in characters', async () => {
    const event = { ...eventOf('a'), data: '雪'.repeat(messageLimit / 3) };
    await assert.rejects(messenger.publish('triad-commands', event), tooLarge);
  });

  test('also as a dead letter', async () => {
    const data = Buffer.alloc(messageLimit).toString('base64');
    const reason = { code: 'MESSAGE_POISON', message: 'nonsense' };
    await assert.rejects(messenger.deadLetter({ id: 'm1', data }, 's', reason), tooLarge);
  });
});

describe('a message that is too large for Pub/Sub, with an artifact store', () => {
  const artifacts = new MemoryArtifactStore();
  const messenger = new PubsubMessenger({ ...nowhere, artifacts });
  const large = { ...eventOf('a'), subject: 'r1:load:1', data: 'x'.repeat(payloadLimit) };
  const paths = async () => (await artifacts.list('')).map(({ path }) => path);

  test('fails only for what is no event of a run', async () => {
    const tooLarge = { code: 'MESSAGE_TOO_LARGE' };
    const event = { ...large, subject: 'nothing', data: 'x'.repeat(messageLimit) };
    await assert.rejects(messenger.publish('t', event), tooLarge);
    const data = Buffer.alloc(messageLimit + 1).toString('base64');
    await assert.rejects(messenger.publishMessages('t', [{ data, attributes: {} }]), tooLarge);
    assert.deepEqual(await paths(), []);
  });

  test('is sent with a reference to its data, which is stored first', async () => {
    await assert.rejects(messenger.publish('t', large), { code: 'MESSENGER_UNAVAILABLE' });
    assert.deepEqual(await paths(), ['messages/r1/a.json']);
    const stored = await artifacts.get('messages/r1/a.json');
    assert.equal(stored?.body.toString(), JSON.stringify(large.data));
  });

  test('is not stored when it is small enough', async () => {
    const small = { ...large, id: 'b', data: 'x'.repeat(payloadLimit - 1000) };
    await assert.rejects(messenger.publish('t', small), { code: 'MESSENGER_UNAVAILABLE' });
    assert.deepEqual(await paths(), ['messages/r1/a.json']);
  });

  test('is not sent when its data cannot be stored', async () => {
    const failure = new TriadError('ARTIFACT_STORE_UNAVAILABLE', { bucket: 'b', reason: 'away' });
    const broken = new MemoryArtifactStore();
    broken.put = () => Promise.reject(failure);
    const other = new PubsubMessenger({ ...nowhere, artifacts: broken });
    await assert.rejects(other.publish('t', large), failure);
  });
});

test('a messenger that was closed takes nothing', async () => {
  const messenger = new PubsubMessenger(nowhere);
  await messenger.close();
  await assert.rejects(messenger.publish('triad-commands', eventOf('a')), {
    code: 'SERVICE_STOPPING',
  });
  await assert.rejects(messenger.check(), { code: 'SERVICE_STOPPING' });
});
