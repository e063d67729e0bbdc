import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EmailChannel } from '../../orchestrator/alarms/channels/email-channel.ts';
import { noticeOf } from '../harness/alarms/alarm-fixtures.ts';
import { smtpReceiver } from '../harness/alarms/smtp-receiver.ts';
import { remoteChannelConformance } from './alarm-channel.conformance.ts';

const open = async () => {
  const receiver = await smtpReceiver();
  const channel = new EmailChannel({
    name: 'ops',
    url: receiver.url,
    from: 'triad@example.com',
    to: ['ada@example.com', 'bob@example.com'],
  });
  return { channel, receiver };
};

/** Long lines of an e-mail are folded, and some characters are coded. */
const readable = (text: string) => text.replace(/=\r\n/g, '').replace(/=3D/g, '=');

remoteChannelConformance('email', async () => {
  const { channel, receiver } = await open();
  return {
    channel,
    received: () => receiver.messages.map(({ text }) => readable(text)),
    refuse: () => receiver.behave('refuse'),
    hang: () => receiver.behave('hang'),
    close: receiver.close,
  };
});

test('an e-mail goes to everybody, is plain text and has the id of its notice', async () => {
  const { channel, receiver } = await open();
  await channel.send(noticeOf({ id: 'n7' }), AbortSignal.timeout(5000));
  await receiver.close();
  const [message] = receiver.messages;
  assert.equal(message?.from, 'triad@example.com');
  assert.deepEqual(message?.to, ['ada@example.com', 'bob@example.com']);
  assert.match(message?.text ?? '', /^Subject: test 2024-01-31: a run failed\r$/m);
  assert.match(message?.text ?? '', /^Message-ID: <n7@triad\.invalid>\r$/m);
  assert.match(message?.text ?? '', /^Content-Type: text\/plain/m);
});

test('a title cannot add a header', async () => {
  const { channel, receiver } = await open();
  const title = 'x\r\nBcc: eve@example.com';
  await channel.send(noticeOf({ title }), AbortSignal.timeout(5000));
  await receiver.close();
  assert.equal(receiver.messages[0]?.to.length, 2);
  assert.doesNotMatch(receiver.messages[0]?.text ?? '', /^Bcc:/m);
});
