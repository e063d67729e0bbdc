import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CloudEvent } from '@triad/shared/contracts/cloud-event.ts';
import {
  decodeEvent,
  encodeEvent,
  type PushEnvelope,
} from '@triad/shared/contracts/push-envelope.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { openPayload, payloadPath, storePayload } from '@triad/shared/messenger/event-payload.ts';
import { MemoryArtifactStore } from '../../harness/memory-artifact-store.ts';
import { eventOf } from '../../harness/messenger/messenger-setup.ts';

const event: CloudEvent = {
  ...eventOf('e1'),
  subject: 'r1:load:1',
  data: { params: { text: '雪"\\', dataref: 'none' } },
};
const path = 'messages/r1/e1.json';
const envelopeOf = (data: string): PushEnvelope => ({
  message: { data, attributes: { a: 'b' }, messageId: 'm1', orderingKey: 'r1' },
  subscription: 'projects/p/subscriptions/invoker',
  deliveryAttempt: 2,
});

async function stored() {
  const artifacts = new MemoryArtifactStore();
  const light = await storePayload(artifacts, event);
  if (!light) throw new Error('it was not stored');
  return { artifacts, light, envelope: envelopeOf(encodeEvent(light)) };
}

describe('data in the artifact store', () => {
  test('leaves all else of its event, and a reference', async () => {
    const { artifacts, envelope } = await stored();
    const { bytes, sha256 } = (await artifacts.digest(path)) ?? {};
    assert.deepEqual(JSON.parse(Buffer.from(envelope.message.data, 'base64').toString()), {
      ...event,
      data: null,
      dataref: path,
      databytes: bytes,
      datasha256: sha256,
    });
  });

  test('comes back with the envelope, in which nothing else changes', async () => {
    const { artifacts, envelope } = await stored();
    const opened = await openPayload(artifacts, envelope);
    assert.ok(!(opened instanceof TriadError));
    assert.deepEqual(decodeEvent('', opened.message.data), event);
    const { data } = opened.message;
    assert.deepEqual(opened, { ...envelope, message: { ...envelope.message, data } });
  });

  test('is written once, however often its event is sent', async () => {
    const { artifacts, light } = await stored();
    const before = await artifacts.list('');
    assert.deepEqual(await storePayload(artifacts, event), light);
    assert.deepEqual(await artifacts.list(''), before);
    const other = { ...event, data: 'other' };
    await assert.rejects(storePayload(artifacts, other), { code: 'ARTIFACT_CONFLICT' });
  });

  test('of no run is not stored: it would never be removed', async () => {
    const artifacts = new MemoryArtifactStore();
    assert.equal(await storePayload(artifacts, eventOf('e1')), undefined);
    assert.deepEqual(await artifacts.list(''), []);
  });

  for (const id of ['command of r1:load:1', '../../x', '.hidden', 'x'.repeat(500)]) {
    test(`has an allowed path for the id ${id.slice(0, 30)}`, async () => {
      assert.match(payloadPath({ ...event, id }) ?? '', /^messages\/r1\/[0-9a-f]{64}\.json$/);
    });
  }
});

describe('a message whose data', () => {
  const losses: [string, RegExp, (artifacts: MemoryArtifactStore) => Promise<unknown>][] = [
    [
      'is gone',
      /No artifact at messages\/r1\/e1\.json/,
      (store) => store.deletePrefix('messages/'),
    ],
    ['was changed', /does not match/, (store) => store.put(path, '{}')],
  ];
  for (const [what, reason, lose] of losses) {
    test(`${what} becomes a dead letter that says so`, async () => {
      const { artifacts, envelope } = await stored();
      await lose(artifacts);
      const opened = await openPayload(artifacts, envelope);
      assert.ok(opened instanceof TriadError);
      assert.equal(opened.code, 'MESSAGE_POISON');
      assert.match(opened.message, reason);
    });
  }

  test('cannot be had for now is neither acknowledged nor given up', async () => {
    const { artifacts, envelope } = await stored();
    artifacts.get = () => Promise.reject(new Error('the store is away'));
    await assert.rejects(openPayload(artifacts, envelope), /the store is away/);
  });

  test('is said to be elsewhere is given up, so that no other artifact is read', async () => {
    const { artifacts, light } = await stored();
    for (const changes of [
      { dataref: 'runs/r1/load/1/secret' },
      { dataref: 1 },
      { subject: 'x' },
    ]) {
      const opened = await openPayload(
        artifacts,
        envelopeOf(encodeEvent({ ...light, ...changes } as CloudEvent)),
      );
      assert.ok(opened instanceof TriadError);
      assert.equal(opened.code, 'MESSAGE_POISON');
    }
  });
});

test('any other message is handed on as it is', async () => {
  const artifacts = new MemoryArtifactStore();
  for (const data of [encodeEvent(event), '', Buffer.from('"dataref"').toString('base64')]) {
    assert.deepEqual(await openPayload(artifacts, envelopeOf(data)), envelopeOf(data));
  }
});
