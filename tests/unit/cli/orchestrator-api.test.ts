import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { OrchestratorApi } from '../../../cli/api/orchestrator-api.ts';

test('the creation of a run can be asked for again: it has a key of its own', async (t) => {
  const keys: unknown[] = [];
  const error = { code: 'STATE_BUSY', message: 'Not now.', fix: 'Later.' };
  const server = createServer((request, answer) => {
    keys.push(request.headers['idempotency-key']);
    answer.writeHead(503).end(JSON.stringify({ error }));
  }).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const api = new OrchestratorApi(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const request = { pipeline: 'rfm', runDate: '2026-01-31', params: {}, seed: 0 };
  for (let time = 1; time <= 2; time++) {
    await assert.rejects(api.createRun(request, 'id000001'), { code: 'STATE_BUSY' });
  }
  await assert.rejects(api.createRun(request), { code: 'STATE_BUSY' });
  assert.deepEqual(keys, ['id000001', 'id000001', undefined]);
});
