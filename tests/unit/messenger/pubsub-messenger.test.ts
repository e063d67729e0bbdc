import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { messageLimit, PubsubMessenger } from '@triad/shared/messenger/pubsub-messenger.ts';
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

test('a messenger that was closed takes nothing', async () => {
  const messenger = new PubsubMessenger(nowhere);
  await messenger.close();
  await assert.rejects(messenger.publish('triad-commands', eventOf('a')), {
    code: 'SERVICE_STOPPING',
  });
  await assert.rejects(messenger.check(), { code: 'SERVICE_STOPPING' });
});
