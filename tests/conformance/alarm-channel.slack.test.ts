import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SlackChannel } from '../../orchestrator/alarms/channels/slack-channel.ts';
import { noticeOf } from '../harness/alarms/alarm-fixtures.ts';
import { httpReceiver } from '../harness/alarms/http-receiver.ts';
import { remoteChannelConformance } from './alarm-channel.conformance.ts';

const open = async () => {
  const receiver = await httpReceiver();
  const url = `${receiver.url}/services/hunter2`;
  return { receiver, channel: new SlackChannel({ name: 'ops', url, fetch }) };
};

remoteChannelConformance('slack', async () => {
  const { channel, receiver } = await open();
  return {
    channel,
    received: () => receiver.requests.map(({ body }) => JSON.parse(body).text),
    refuse: () => receiver.behave('refuse'),
    hang: () => receiver.behave('hang'),
    close: receiver.close,
  };
});

test('a text that Slack would read as mark-up or a mention arrives as it is', async () => {
  const { channel, receiver } = await open();
  await channel.send(noticeOf({ summary: '<!channel> a & b' }), AbortSignal.timeout(5000));
  await receiver.close();
  const body = JSON.parse(receiver.requests[0]?.body ?? '');
  assert.deepEqual(Object.keys(body), ['text']);
  assert.match(body.text, /^\*test 2024-01-31: a run failed\*\n&lt;!channel&gt; a &amp; b\n/);
});
