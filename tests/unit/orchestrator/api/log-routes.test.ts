import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogger } from '@triad/shared/log/logger.ts';
import request from 'supertest';
import { logRoutes } from '../../../../orchestrator/api/log-routes.ts';
import { createApp } from '../../../../orchestrator/app.ts';

const app = createApp(
  logRoutes({ textOf: async (commandId) => `printed by ${commandId}` }),
  '0.0.0',
  createLogger('test', 'silent'),
);
const path = (attempt: string) => `/v1/runs/r1/steps/train/attempts/${attempt}/log`;

test('what the job of an attempt has printed is shown', async () => {
  const { status, body } = await request(app).get(path('2'));
  assert.deepEqual([status, body], [200, { text: 'printed by r1:train:2' }]);
});

test('an attempt that is no number is refused, naming the field', async () => {
  const { status, body } = await request(app).get(path('last'));
  assert.deepEqual([status, body.error.code], [400, 'INPUT_INVALID']);
  assert.match(body.error.message, /attempt/);
});
