import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Readiness } from '@triad/shared/service/readiness.ts';
import type { Express } from 'express';
import request from 'supertest';
import { backfillRoutes } from '../../../../orchestrator/api/backfill-routes.ts';
import { healthRoutes } from '../../../../orchestrator/api/health-routes.ts';
import { messageRoutes } from '../../../../orchestrator/api/message-routes.ts';
import { pipelineRoutes } from '../../../../orchestrator/api/pipeline-routes.ts';
import type { Route } from '../../../../orchestrator/api/route.ts';
import { runRoutes } from '../../../../orchestrator/api/run-routes.ts';
import { scheduleRoutes } from '../../../../orchestrator/api/schedule-routes.ts';
import { createApp } from '../../../../orchestrator/app.ts';
import { Backfills } from '../../../../orchestrator/backfill/backfills.ts';
import { Scheduler } from '../../../../orchestrator/schedule/scheduler.ts';
import type { FakeClock } from '../../../harness/fake-clock.ts';
import { setUpMessenger } from '../../../harness/messenger/messenger-setup.ts';
import { setUpOrchestrator } from '../../../harness/orchestrator/orchestrator-setup.ts';
import { pipelineOf } from '../../../harness/run-fixtures.ts';

interface Operation {
  operationId: string;
  summary: string;
  parameters?: { name: string; in: string }[];
  requestBody?: { content: Record<string, { schema: { required?: string[] } }> };
  responses: Record<string, object>;
}

const scheduled = pipelineOf(['only'], { schedule: { cron: '0 6 * * *' } });
const pipelines = new Map([['test', scheduled]]);
let routes: Route[];
let app: Express;
let operations: { path: string; method: string; operation: Operation }[];
let isWell = true;
let clock: FakeClock;

before(async () => {
  const setup = await setUpOrchestrator();
  clock = setup.clock;
  const { push } = await setUpMessenger(async (own) => ({ messenger: own, async close() {} }));
  const scheduler = new Scheduler({ ...setup, pipelines });
  await scheduler.tick();
  const invoker = async () => {
    if (!isWell) throw new Error('it is down');
  };
  routes = [
    ...runRoutes({ ...setup, pipelines }),
    ...pipelineRoutes(pipelines),
    ...scheduleRoutes(setup.ledger, scheduler),
    ...backfillRoutes(new Backfills({ ...setup, pipelines })),
    ...messageRoutes(push, async () => {}),
    ...healthRoutes({
      readiness: new Readiness({ invoker }, setup.clock, setup.log),
      checks: { state: () => setup.state.check(), invoker },
      clock: setup.clock,
    }),
  ];
  app = createApp(routes, '1.2.3', setup.log);
  const { body } = await request(app).get('/openapi.json');
  assert.deepEqual([body.openapi, body.info.version], ['3.1.0', '1.2.3']);
  operations = Object.entries(body.paths as Record<string, Record<string, Operation>>).flatMap(
    ([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
});

test('every route is in the document, and nothing else', () => {
  const name = ({ method, path }: { method: string; path: string }) => `${method} ${path}`;
  assert.deepEqual(operations.map(name).toSorted(), routes.map(name).toSorted());
});

test('operation ids are unique', () => {
  const ids = operations.map(({ operation }) => operation.operationId);
  assert.equal(new Set(ids).size, ids.length, ids.join(' '));
  assert.ok(ids.includes('getRunsByRunId') && ids.includes('postRunsCancel'));
});

test('every parameter of a path is declared, and every operation says how it can fail', () => {
  for (const { path, operation } of operations) {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const declared = operation.parameters?.filter((p) => p.in === 'path').map(({ name }) => name);
    assert.deepEqual(declared ?? [], inPath, path);
    assert.ok('default' in operation.responses, path);
    assert.ok(operation.summary.endsWith('.'), path);
  }
});

test('the body of a new run is described as it is checked', () => {
  const create = operations.find(({ path, method }) => path === '/v1/runs' && method === 'post');
  const schema = create?.operation.requestBody?.content['application/json']?.schema;
  assert.deepEqual(schema?.required, ['pipeline', 'runDate']);
});

test('pipelines are listed and shown as they were validated', async () => {
  const plain = JSON.parse(JSON.stringify(scheduled));
  assert.deepEqual((await request(app).get('/v1/pipelines')).body, { pipelines: [plain] });
  assert.deepEqual((await request(app).get('/v1/pipelines/test')).body, plain);
  const unknown = await request(app).get('/v1/pipelines/none');
  assert.deepEqual([unknown.status, unknown.body.error.code], [404, 'NOT_FOUND']);
});

test('the ledger of ticks is shown', async () => {
  const { ticks } = (await request(app).get('/v1/ticks')).body;
  assert.deepEqual(ticks.at(-1), {
    pipeline: 'test',
    occurrence: '2024-01-01T06:00:00.000Z',
    dueAt: '2024-01-01T06:00:00.000Z',
    interval: { start: '2023-12-31T06:00:00.000Z', end: '2024-01-01T06:00:00.000Z' },
    runDate: '2024-01-01',
    state: 'expected',
    reason: null,
    runId: null,
  });
});

test('health tells of every dependency and its reason', async () => {
  assert.equal((await request(app).get('/healthz')).status, 204);
  assert.equal((await request(app).get('/readyz')).status, 204);
  assert.equal((await request(app).get('/v1/health')).body.status, 'ok');
  isWell = false;
  await clock.advance(3000);
  const unready = await request(app).get('/readyz');
  assert.deepEqual([unready.status, unready.body.error.code], [503, 'SERVICE_UNAVAILABLE']);
  assert.match(unready.body.error.message, /invoker: INTERNAL: .*it is down/);
  const { status, body } = await request(app).get('/v1/health');
  isWell = true;
  assert.equal(status, 200);
  assert.deepEqual(body, {
    status: 'failing',
    checks: [
      { name: 'state', ok: true, reason: null },
      { name: 'invoker', ok: false, reason: 'Unexpected failure: it is down' },
    ],
  });
});
