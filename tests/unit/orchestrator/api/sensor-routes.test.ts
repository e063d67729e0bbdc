import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { sensorCheck, sensorList } from '@triad/shared/contracts/sensor-view.ts';
import type { Express } from 'express';
import request from 'supertest';
import { sensorRoutes } from '../../../../orchestrator/api/sensor-routes.ts';
import { createApp } from '../../../../orchestrator/app.ts';
import { SensorWatcher } from '../../../../orchestrator/sensors/sensor-watcher.ts';
import { type EventSetup, setUpEvents } from '../../../harness/orchestrator/event-setup.ts';
import { pipelineOf } from '../../../harness/run-fixtures.ts';

let setup: EventSetup;
let app: Express;

beforeEach(async () => {
  const watched = pipelineOf(['only'], {
    params: { seen: { type: 'string', description: 'd' } },
    sensors: [
      {
        name: 'page',
        everySeconds: 60,
        payloadKey: 'seen',
        watch: { kind: 'http', url: 'http://127.0.0.1:1/' },
      },
    ],
  });
  setup = await setUpEvents([watched]);
  app = createApp(sensorRoutes(new SensorWatcher(setup)), '0.0.0', setup.log);
});

const check = (name: string, body: object = {}) =>
  request(app).post(`/v1/sensors/test/${name}:check`).send(body);

test('a sensor is listed before and after its first look', async () => {
  const list = async () => sensorList.parse((await request(app).get('/v1/sensors')).body).sensors;
  assert.deepEqual(
    (await list()).map(({ name, state }) => [name, state]),
    [['page', 'new']],
  );
  setup.probe.value = 'a';
  await check('page');
  const [seen] = await list();
  assert.deepEqual([seen?.state, seen?.value, seen?.generation], ['watching', 'a', 1]);
  assert.equal(seen?.nextLookAt, '2024-01-01T00:01:00.000Z');
});

test('a check says what came of it; a forced one starts a run', async () => {
  setup.probe.value = 'a';
  const outcome = async (body?: object) =>
    sensorCheck.parse((await check('page', body)).body).outcome;
  assert.equal(await outcome(), 'remembered');
  assert.equal(await outcome(), 'unchanged');
  assert.equal(await outcome({ force: true }), 'triggered');
  assert.equal((await setup.runs()).length, 1);
});

test('a check that cannot be made says why', async () => {
  assert.equal((await check('gone')).body.error.code, 'NOT_FOUND');
  assert.equal((await check('page', { forced: true })).body.error.code, 'INPUT_INVALID');
  assert.equal((await check('page', { force: true })).body.error.code, 'SENSOR_SEES_NOTHING');
});
