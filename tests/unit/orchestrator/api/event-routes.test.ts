import assert from 'node:assert/strict';
import { beforeEach, suite, test } from 'node:test';
import { eventList, eventReceipt, eventView } from '@triad/shared/contracts/event-view.ts';
import type { Express } from 'express';
import request from 'supertest';
import { eventRoutes } from '../../../../orchestrator/api/event-routes.ts';
import { createApp } from '../../../../orchestrator/app.ts';
import { EventRouter } from '../../../../orchestrator/events/event-router.ts';
import { cloudEventOf } from '../../../harness/event-fixtures.ts';
import { type EventSetup, setUpEvents } from '../../../harness/orchestrator/event-setup.ts';
import { pipelineOf } from '../../../harness/run-fixtures.ts';

const load = pipelineOf(['only'], {
  params: { rows: { type: 'integer', description: 'd' } },
  triggers: [{ on: 'event', type: 'com.example.landed', params: { rows: 'rows' } }],
});

let setup: EventSetup;
let app: Express;
const appOf = (eventSources: string[] = []) => {
  const router = new EventRouter(setup);
  return createApp(eventRoutes({ ...setup, router, eventSources }), '0.0.0', setup.log);
};

beforeEach(async () => {
  setup = await setUpEvents([load]);
  app = appOf();
});

const send = (body: unknown, to = app) =>
  request(to)
    .post('/v1/events')
    .set('content-type', 'application/cloudevents+json')
    .send(JSON.stringify(body));

suite('POST /v1/events', () => {
  test('answers which runs the event started, and shows it afterwards', async () => {
    const answer = await send(cloudEventOf());
    assert.equal(answer.status, 202, answer.text);
    const receipt = eventReceipt.parse(answer.body);
    assert.equal(receipt.duplicate, false);
    assert.deepEqual(
      receipt.effects.map(({ pipeline, error }) => [pipeline, error]),
      [['test', null]],
    );
    const shown = await request(app).get(`/v1/events/${receipt.eventId}`);
    const { duplicate: _, ...view } = receipt;
    assert.deepEqual(eventView.parse(shown.body), view);
  });

  test('acknowledges a duplicate, which starts nothing', async () => {
    const first = eventReceipt.parse((await send(cloudEventOf())).body);
    const again = await send(cloudEventOf({ data: { rows: 9 } }));
    assert.equal(again.status, 202);
    assert.deepEqual(eventReceipt.parse(again.body), { ...first, duplicate: true });
    assert.equal((await setup.runs()).length, 1);
  });

  test('takes an event in binary mode', async () => {
    const answer = await request(app)
      .post('/v1/events')
      .set({ 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': 'shop/%C3%BC' })
      .set({ 'ce-type': 'com.example.landed', 'ce-time': '2024-03-01T00:30:00+01:00' })
      .send({ rows: 4 });
    assert.equal(answer.status, 202, answer.text);
    assert.equal(answer.body.source, 'shop/ü');
    const [run] = await setup.runs();
    assert.deepEqual([run?.params, run?.runDate], [{ rows: 4 }, '2024-02-29']);
  });

  test('a header of binary mode that cannot be decoded is named', async () => {
    const answer = await request(app)
      .post('/v1/events')
      .set({ 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '%E0%A4', 'ce-type': 'a' })
      .send({});
    assert.deepEqual([answer.status, answer.body.error.code], [400, 'INPUT_INVALID']);
    assert.match(answer.body.error.message, /ce-source: expected percent-encoded UTF-8/);
  });

  test('takes an event without data', async () => {
    const { data: _, ...bare } = cloudEventOf();
    assert.equal((await send(bare)).status, 202);
    assert.deepEqual((await setup.runs())[0]?.params, {});
  });

  const refusals: Record<string, [unknown, number, string, RegExp]> = {
    'a source that claims to be Triad': [
      cloudEventOf({ source: 'triad/pipelines/load' }),
      403,
      'EVENT_SOURCE_FORBIDDEN',
      /source triad\/pipelines\/load/,
    ],
    'such a source in other clothes': [
      cloudEventOf({ source: '/Triad/x' }),
      403,
      'EVENT_SOURCE_FORBIDDEN',
      /source/,
    ],
    'a type of Triad itself': [
      cloudEventOf({ type: 'dev.triad.run.succeeded' }),
      403,
      'EVENT_SOURCE_FORBIDDEN',
      /type dev\.triad\.run\.succeeded/,
    ],
    'an unknown version': [
      { ...cloudEventOf(), specversion: '0.3' },
      400,
      'CONTRACT_VERSION_UNKNOWN',
      /Version 0\.3/,
    ],
    'no version': [{ id: '1' }, 400, 'INPUT_INVALID', /specversion/],
    'no id': [{ ...cloudEventOf(), id: undefined }, 400, 'INPUT_INVALID', /\bid:/],
    'an empty source': [cloudEventOf({ source: '' }), 400, 'INPUT_INVALID', /source/],
    'an impossible time': [
      { ...cloudEventOf(), time: '2024-02-31T00:00:00Z' },
      400,
      'INPUT_INVALID',
      /time/,
    ],
    'data that is no JSON': [
      { ...cloudEventOf(), datacontenttype: 'text/xml' },
      400,
      'INPUT_INVALID',
      /datacontenttype/,
    ],
    'encoded data': [
      { ...cloudEventOf(), data_base64: 'AA==' },
      400,
      'INPUT_INVALID',
      /data_base64/,
    ],
    'too much data': [
      cloudEventOf({ data: 'x'.repeat(300_000) }),
      413,
      'BODY_TOO_LARGE',
      /256 KiB/,
    ],
  };
  for (const [what, [body, status, code, message]] of Object.entries(refusals)) {
    test(`refuses ${what}, and keeps nothing of it`, async () => {
      const answer = await send(body);
      assert.deepEqual([answer.status, answer.body.error?.code], [status, code], answer.text);
      assert.match(answer.body.error.message, message);
      assert.deepEqual(await setup.events.list({ limit: 1 }), []);
    });
  }

  test('refuses sources that are not configured, where some are', async () => {
    const strict = appOf(['shop/orders']);
    assert.equal((await send(cloudEventOf(), strict)).status, 202);
    const refused = await send(cloudEventOf({ source: 'shop/orders2' }), strict);
    assert.deepEqual([refused.status, refused.body.error.code], [403, 'EVENT_SOURCE_FORBIDDEN']);
  });

  test('keeps an event that does not fit, with the error', async () => {
    const receipt = eventReceipt.parse((await send(cloudEventOf({ data: { rows: 1.5 } }))).body);
    const [effect] = receipt.effects;
    assert.deepEqual([effect?.runId, effect?.error?.code], [null, 'INPUT_INVALID']);
    assert.match(effect?.error?.message ?? '', /rows: expected an integer/);
  });
});

test('events are listed newest first, a page at a time', async () => {
  for (const id of ['1', '2', '3']) await send(cloudEventOf({ id }));
  const first = eventList.parse((await request(app).get('/v1/events?limit=2')).body);
  assert.deepEqual(
    first.events.map(({ id }) => id),
    ['3', '2'],
  );
  const second = eventList.parse(
    (await request(app).get(`/v1/events?limit=2&before=${first.next}`)).body,
  );
  assert.deepEqual([second.events.map(({ id }) => id), second.next], [['1'], null]);
  assert.equal((await request(app).get('/v1/events/gone')).body.error.code, 'NOT_FOUND');
});
