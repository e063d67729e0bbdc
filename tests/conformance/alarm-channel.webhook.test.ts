import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alarmNotice } from '@triad/shared/contracts/alarm-view.ts';
import { WebhookChannel } from '../../orchestrator/alarms/channels/webhook-channel.ts';
import { noticeOf } from '../harness/alarms/alarm-fixtures.ts';
import { httpReceiver } from '../harness/alarms/http-receiver.ts';
import { remoteChannelConformance } from './alarm-channel.conformance.ts';

const open = async () => {
  const receiver = await httpReceiver();
  const channel = new WebhookChannel({
    name: 'ops',
    url: `${receiver.url}/hook?token=hunter2`,
    headers: { authorization: 'Bearer hunter2' },
    fetch,
  });
  return { channel, receiver };
};

remoteChannelConformance('webhook', async () => {
  const { channel, receiver } = await open();
  return {
    channel,
    received: () => receiver.requests.map(({ body }) => body),
    refuse: () => receiver.behave('refuse'),
    hang: () => receiver.behave('hang'),
    close: receiver.close,
  };
});

test('a webhook gets the notice of the contract, its login, and a key that is the same when it comes twice', async () => {
  const { channel, receiver } = await open();
  for (let n = 0; n < 2; n += 1) await channel.send(noticeOf(), AbortSignal.timeout(5000));
  await receiver.close();
  const [request] = receiver.requests;
  assert.deepEqual(alarmNotice.parse(JSON.parse(request?.body ?? '')), noticeOf());
  assert.equal(request?.headers.authorization, 'Bearer hunter2');
  assert.equal(request?.headers['content-type'], 'application/json');
  assert.deepEqual(
    receiver.requests.map(({ headers }) => headers['idempotency-key']),
    ['n1', 'n1'],
  );
});

test('a redirect is not followed: another address must not get what was meant for this one', async () => {
  const { channel, receiver } = await open();
  receiver.behave('redirect');
  await assert.rejects(channel.send(noticeOf(), AbortSignal.timeout(5000)), /HTTP 307/);
  await receiver.close();
  assert.equal(receiver.requests.length, 1);
});
