import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { alarmDetails, alarmList, silenceView } from '@triad/shared/contracts/alarm-view.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { Express } from 'express';
import request from 'supertest';
import { alarmRoutes } from '../../../../orchestrator/api/alarm-routes.ts';
import { silenceRoutes } from '../../../../orchestrator/api/silence-routes.ts';
import { createApp } from '../../../../orchestrator/app.ts';
import { conditionOf, deliveryOf } from '../../../harness/alarms/alarm-fixtures.ts';
import {
  type AlarmSetup,
  FakeChannel,
  minute,
  setUpAlarms,
} from '../../../harness/alarms/alarm-setup.ts';
import { pipelineOf } from '../../../harness/run-fixtures.ts';

let setup: AlarmSetup;
let ops: FakeChannel;
let app: Express;
beforeEach(async () => {
  setup = await setUpAlarms();
  ops = new FakeChannel();
  const channels = new Map([['ops', ops]]);
  const pipelines = new Map([['test', pipelineOf(['only'])]]);
  const url = 'http://orchestrator';
  const routes = [
    ...alarmRoutes({ ...setup, channels, url }),
    ...silenceRoutes({ ...setup, pipelines }),
  ];
  app = createApp(routes, '0.0.0', setup.log);
  for (const id of ['a1', 'a2', 'a3']) {
    await setup.alarms.raise(conditionOf({ key: id }), id, setup.clock.now());
  }
});

const list = async (query: string) =>
  alarmList.parse((await request(app).get(`/v1/alarms?${query}`)).body);
const post = (path: string, body: object = {}) => request(app).post(path).send(body);
const codeOf = ({ status, body }: request.Response) => [status, body.error?.code];

test('alarms are listed a page at a time, filtered, and a wrong filter is refused', async () => {
  await setup.alarms.resolve(
    { id: 'a2', notifiedAt: null },
    { at: setup.clock.now(), resolution: 'recovered' },
    [],
  );
  const first = await list('limit=2');
  assert.deepEqual(
    first.alarms.map(({ id, state }) => [id, state]),
    [
      ['a3', 'open'],
      ['a2', 'resolved'],
    ],
  );
  const second = await list(`limit=2&before=${first.next}`);
  assert.deepEqual([second.alarms.map(({ id }) => id), second.next], [['a1'], null]);
  assert.equal((await list('state=open&pipeline=test&kind=run_failed')).alarms.length, 2);
  assert.equal((await list('pipeline=other')).alarms.length, 0);
  for (const query of ['kind=boom', 'state=closed', 'limit=0', 'colour=red']) {
    const answer = await request(app).get(`/v1/alarms?${query}`);
    assert.deepEqual(codeOf(answer), [400, 'INPUT_INVALID'], query);
  }
});

test('an alarm is shown with what became of its notices', async () => {
  await setup.alarms.notify({ id: 'a1', notifiedAt: null }, setup.clock.now(), [deliveryOf('d1')]);
  const report = { code: 'ALARM_DELIVERY_FAILED', message: 'm', fix: 'f', retryable: true };
  const end = { state: 'given_up' as const, at: setup.clock.now(), error: report };
  await setup.alarms.endAttempt('d1', end);
  const alarm = alarmDetails.parse((await request(app).get('/v1/alarms/a1')).body);
  assert.deepEqual(
    alarm.deliveries.map(({ channel, state, dueAt, error }) => [channel, state, dueAt, error]),
    [['ops', 'given_up', null, report]],
  );
  assert.deepEqual(codeOf(await request(app).get('/v1/alarms/a9')), [404, 'NOT_FOUND']);
});

test('an open alarm is acknowledged by somebody; a resolved one and a nameless one are refused', async () => {
  const answer = await post('/v1/alarms/a1:acknowledge', { by: 'ada', comment: 'mine' });
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.body.acknowledged, {
    at: setup.clock.now().toISOString(),
    by: 'ada',
    comment: 'mine',
  });
  await setup.alarms.resolve(
    { id: 'a2', notifiedAt: null },
    { at: setup.clock.now(), resolution: 'recovered' },
    [],
  );
  const by = { by: 'ada' };
  assert.deepEqual(codeOf(await post('/v1/alarms/a2:acknowledge', by)), [409, 'ALARM_NOT_OPEN']);
  assert.deepEqual(codeOf(await post('/v1/alarms/a9:acknowledge', by)), [404, 'NOT_FOUND']);
  assert.deepEqual(codeOf(await post('/v1/alarms/a3:acknowledge')), [400, 'INPUT_INVALID']);
});

test('a channel is listed without its address, and tried on demand', async () => {
  const { body } = await request(app).get('/v1/alarm-channels');
  assert.deepEqual(body, { channels: [{ name: 'ops', type: 'fake' }] });
  assert.equal((await post('/v1/alarm-channels/ops:test')).status, 204);
  assert.deepEqual(ops.told, ['test null']);
  ops.behave = async () => {
    throw new TriadError('ALARM_DELIVERY_FAILED', { channel: 'ops', reason: 'HTTP 503' });
  };
  const failed = await post('/v1/alarm-channels/ops:test');
  assert.deepEqual(codeOf(failed), [502, 'ALARM_DELIVERY_FAILED']);
  assert.deepEqual(codeOf(await post('/v1/alarm-channels/pager:test')), [404, 'NOT_FOUND']);
});

const inAnHour = () => new Date(setup.clock.now().getTime() + 60 * minute).toISOString();

test('a silence is made, listed while it is in force, and ended early', async () => {
  const body = { pipeline: 'test', until: inAnHour(), by: 'ada', reason: 'moving house' };
  const made = await post('/v1/silences', body);
  assert.equal(made.status, 201);
  const { id } = silenceView.parse(made.body);
  const active = async () => (await request(app).get('/v1/silences?active=true')).body.silences;
  assert.equal((await active()).length, 1);
  const ended = await post(`/v1/silences/${id}:end`);
  assert.equal(ended.body.endedAt, setup.clock.now().toISOString());
  assert.deepEqual(await active(), []);
  assert.equal((await request(app).get('/v1/silences')).body.silences.length, 1);
  assert.deepEqual(codeOf(await post('/v1/silences/none:end')), [404, 'NOT_FOUND']);
});

test('a silence of everything, of nothing known, of the past, or without a reason is refused', async () => {
  const good = { pipeline: 'test', until: inAnHour(), by: 'ada', reason: 'r' };
  const { pipeline: _, ...everything } = good;
  for (const [body, code, field] of [
    [everything, 'INPUT_INVALID', 'pipeline'],
    [{ ...good, pipeline: 'other' }, 'NOT_FOUND', 'other'],
    [{ ...good, until: setup.clock.now().toISOString() }, 'INPUT_INVALID', 'until'],
    [{ ...good, until: 'tomorrow' }, 'INPUT_INVALID', 'until'],
    [{ ...good, reason: '' }, 'INPUT_INVALID', 'reason'],
    [{ ...good, kind: 'boom' }, 'INPUT_INVALID', 'kind'],
  ] as const) {
    const answer = await post('/v1/silences', body);
    assert.equal(answer.body.error?.code, code, field);
    assert.match(answer.body.error.message, new RegExp(field));
  }
  assert.deepEqual(await setup.silences.listSilences(9), []);
});
