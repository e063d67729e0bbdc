import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CloudEvent, parseCloudEvent } from '@triad/shared/contracts/cloud-event.ts';
import {
  decodeEvent,
  encodeEvent,
  parsePushEnvelope,
  publishRequest,
} from '@triad/shared/contracts/push-envelope.ts';
import fc from 'fast-check';

const event: CloudEvent = {
  specversion: '1.0',
  id: 'e1',
  source: 'triad/test',
  type: 'dev.triad.test',
  subject: 'r1:load:1',
  time: '2024-02-01T06:00:00.000Z',
  datacontenttype: 'application/json',
  data: {},
};

test('any JSON data survives the way into a message and out again', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const data = JSON.parse(JSON.stringify(value));
      assert.deepEqual(decodeEvent('m1', encodeEvent({ ...event, data })), { ...event, data });
    }),
  );
});

test('a message that holds no CloudEvent is MESSAGE_POISON and names the message', () => {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const { type: _, ...untyped } = event;
  const poison = {
    '': /JSON/,
    [base64('no json')]: /JSON/,
    [base64('null')]: /expected object/,
    [base64(JSON.stringify(untyped))]: /type/,
    [base64(JSON.stringify({ ...event, specversion: '0.3' }))]: /expected CloudEvents version 1.0/,
  };
  for (const [data, reason] of Object.entries(poison)) {
    assert.throws(() => decodeEvent('m1', data), { code: 'MESSAGE_POISON', message: reason });
    assert.throws(() => decodeEvent('m1', data), { message: /Message m1/ });
  }
});

test('extension attributes of a CloudEvent are kept', () => {
  const traced = { ...event, traceparent: '00-0af7' };
  assert.deepEqual(parseCloudEvent(traced), traced);
});

test("Pub/Sub's own push request is read, with the fields that Triad does not know", () => {
  // As in cloud.google.com/pubsub/docs/push, unwrapped payloads aside.
  const pushed = {
    message: {
      attributes: { key: 'value' },
      data: encodeEvent(event),
      messageId: '2070443601311540',
      message_id: '2070443601311540',
      publishTime: '2021-02-26T19:13:55.749Z',
      publish_time: '2021-02-26T19:13:55.749Z',
    },
    subscription: 'projects/myproject/subscriptions/mysubscription',
    deliveryAttempt: 5,
  };
  const envelope = parsePushEnvelope(pushed);
  assert.deepEqual(envelope, pushed);
  assert.deepEqual(decodeEvent('m', envelope.message.data), event);
});

test('a push request without a message id, or with data that is not base64, is INPUT_INVALID', () => {
  const valid = { message: { messageId: 'm1', data: encodeEvent(event) }, subscription: 's' };
  assert.deepEqual(parsePushEnvelope(valid).message.attributes, {});
  const wrong: [object, RegExp][] = [
    [{ ...valid, message: { data: '' } }, /message\.messageId/],
    [{ ...valid, message: { ...valid.message, data: '*' } }, /message\.data: expected base64/],
    [{ message: valid.message }, /subscription/],
    [{ ...valid, deliveryAttempt: 0 }, /deliveryAttempt/],
  ];
  for (const [body, named] of wrong) {
    assert.throws(() => parsePushEnvelope(body), { code: 'INPUT_INVALID', message: named });
  }
});

test('a publish request holds between 1 and 1000 messages', () => {
  const message = { data: encodeEvent(event) };
  const holds = (count: number) =>
    publishRequest.safeParse({ messages: Array(count).fill(message) }).success;
  assert.deepEqual([0, 1, 1000, 1001].map(holds), [false, true, true, false]);
});
