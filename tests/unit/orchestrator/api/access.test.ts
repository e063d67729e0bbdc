import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { beforeEach, test } from 'node:test';
import { serviceOr } from '@triad/shared/access/service-token.ts';
import type { AuditEntry, Role, UserRole } from '@triad/shared/contracts/access.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { Readiness } from '@triad/shared/service/readiness.ts';
import { KyselyAccessStore } from '@triad/shared/state/kysely-access-store.ts';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';
import type { Express } from 'express';
import request from 'supertest';
import { ApiTokens } from '../../../../orchestrator/access/api-tokens.ts';
import { auditLog } from '../../../../orchestrator/access/audit-log.ts';
import { accessRoutes } from '../../../../orchestrator/api/access-routes.ts';
import { healthRoutes } from '../../../../orchestrator/api/health-routes.ts';
import { messageRoutes } from '../../../../orchestrator/api/message-routes.ts';
import { pipelineRoutes } from '../../../../orchestrator/api/pipeline-routes.ts';
import type { Route } from '../../../../orchestrator/api/route.ts';
import { runRoutes } from '../../../../orchestrator/api/run-routes.ts';
import { createApp } from '../../../../orchestrator/app.ts';
import { setUpMessenger } from '../../../harness/messenger/messenger-setup.ts';
import { setUpOrchestrator } from '../../../harness/orchestrator/orchestrator-setup.ts';
import { pipelineOf } from '../../../harness/run-fixtures.ts';

const secret = 's'.repeat(32);
const asked = { pipeline: 'test', runDate: '2024-01-31' };
const bearers = new Map<Role, string>();
let routes: Route[];
let app: Express;
let access: KyselyAccessStore;
let checks: Record<string, () => Promise<void>>;

beforeEach(async () => {
  const setup = await setUpOrchestrator();
  const { push } = await setUpMessenger(async (own) => ({ messenger: own, async close() {} }));
  access = new KyselyAccessStore(await openSqlite(':memory:'));
  const tokens = new ApiTokens({ ...setup, store: access, randomBytes });
  const pipelines = new Map([['test', pipelineOf(['only'])]]);
  checks = {};
  const readiness = new Readiness(checks, setup.clock, setup.log);
  routes = [
    ...runRoutes({ ...setup, pipelines }),
    ...pipelineRoutes(pipelines),
    ...messageRoutes(push, async () => {}),
    ...healthRoutes({ readiness, checks: {}, clock: setup.clock }),
    ...accessRoutes({ tokens, access }),
  ];
  app = createApp(routes, '0.0.0', setup.log, {
    authenticate: serviceOr(secret, (token) => tokens.authenticate(token)),
    audit: auditLog({ ...setup, store: access }),
  });
  bearers.set('service', secret);
  for (const role of ['viewer', 'operator', 'admin'] as UserRole[]) {
    bearers.set(role, (await tokens.create({ name: role, role }, 'boss')).token);
  }
});

const ask = (method: 'get' | 'post', path: string, role: Role) =>
  request(app)
    [method](path)
    .set({ authorization: `Bearer ${bearers.get(role)}` });

const log = async (): Promise<Omit<AuditEntry, 'id' | 'at'>[]> =>
  (await access.listAudit({ limit: 99 })).map(({ id: _id, at: _at, ...entry }) => entry);

/** Who may ask for an operation, as the API answers. */
async function allowed({ method, path }: Route): Promise<string> {
  const target = path.replace(/\{\w+\}/g, 'x');
  const open = (await request(app)[method](target)).status !== 401;
  if (open) return 'anyone';
  const may = [];
  for (const role of bearers.keys()) {
    if ((await ask(method, target, role)).status !== 403) may.push(role);
  }
  return may.toSorted().join(' ');
}

test('each operation is for those it should be for, and for nobody else', async () => {
  const matrix: Record<string, string[]> = {};
  for (const route of routes) {
    const who = await allowed(route);
    matrix[who] = [...(matrix[who] ?? []), `${route.method} ${route.path}`];
  }
  assert.deepEqual(matrix, {
    'admin operator': [
      'post /v1/runs',
      'post /v1/runs/{runId}:cancel',
      'post /v1/runs/{runId}:retry',
      'post /v1/runs/{runId}:rerun',
      'post /v1/dead-letters/{id}:replay',
    ],
    'admin operator viewer': [
      'get /v1/runs',
      'get /v1/runs/{runId}',
      'get /v1/pipelines',
      'get /v1/pipelines/{name}',
      'get /v1/dead-letters',
      'get /v1/health',
    ],
    service: ['post /v1/projects/{project}/topics/{topic}:publish', 'post /pubsub/push'],
    anyone: ['get /healthz', 'get /readyz'],
    admin: ['post /v1/tokens', 'get /v1/tokens', 'post /v1/tokens/{id}:revoke', 'get /v1/audit'],
  });
});

test('why the orchestrator is not ready is told to who has a token, and to nobody else', async () => {
  checks.artifacts = async () => {
    throw new TriadError('ARTIFACT_STORE_MISSING', { bucket: 'shop-secret-triad' });
  };
  const unknown = [
    await request(app).get('/readyz'),
    await request(app).get('/readyz').set({ authorization: 'Bearer guessed' }),
  ];
  for (const { status, text } of unknown) {
    assert.equal(status, 503);
    assert.doesNotMatch(text, /shop-secret|ARTIFACT|artifacts/);
  }
  for (const role of ['viewer', 'service'] as const) {
    const known = await ask('get', '/readyz', role);
    assert.equal(known.status, 503);
    assert.match(known.body.error.message, /artifacts: ARTIFACT_STORE_MISSING: .*shop-secret/);
  }
});

test('what is done is in the audit log with who did it, and what it was about', async () => {
  const { body: run } = await ask('post', '/v1/runs', 'operator').send(asked);
  await ask('post', `/v1/runs/${run.runId}:cancel`, 'admin');
  assert.deepEqual(await log(), [
    {
      actor: 'admin',
      action: 'POST /v1/runs/{runId}:cancel',
      target: `/v1/runs/${run.runId}:cancel`,
      outcome: 'done',
      details: { runId: run.runId },
    },
    {
      actor: 'operator',
      action: 'POST /v1/runs',
      target: '/v1/runs',
      outcome: 'done',
      details: { pipeline: 'test', runDate: '2024-01-31', runId: run.runId },
    },
  ]);
});

test('what was refused for its role is in the audit log and did nothing', async () => {
  const answer = await ask('post', '/v1/runs', 'viewer').send(asked);
  assert.deepEqual([answer.status, answer.body.error.code], [403, 'FORBIDDEN']);
  assert.match(answer.body.error.message, /viewer may not POST \/v1\/runs.*operator/);
  assert.deepEqual((await ask('get', '/v1/runs', 'viewer')).body.runs, []);
  const [entry, ...others] = await log();
  assert.deepEqual(others, []);
  assert.deepEqual([entry?.actor, entry?.outcome], ['viewer', 'refused']);
});

test('looking, a wrong request and messages between services leave no entry', async () => {
  await ask('get', '/v1/runs', 'viewer');
  await ask('post', '/v1/runs', 'operator').send({ pipeline: 'none' });
  assert.equal((await ask('post', '/pubsub/push', 'service').send({})).status, 204);
  assert.deepEqual(await log(), []);
});

test('a token that an admin made works until it is revoked; its secret is nowhere in the log', async () => {
  const created = await ask('post', '/v1/tokens', 'admin').send({ name: 'ci', role: 'operator' });
  assert.equal(created.status, 201);
  const { id, token } = created.body;
  const start = () =>
    request(app)
      .post('/v1/runs')
      .set({ authorization: `Bearer ${token}` })
      .send(asked);
  assert.equal((await start()).status, 201);
  assert.equal((await ask('post', `/v1/tokens/${id}:revoke`, 'admin')).status, 200);
  assert.equal((await start()).status, 401);
  const { body } = await ask('get', '/v1/audit?limit=2', 'admin');
  assert.deepEqual(
    body.entries.map(({ actor, action }: AuditEntry) => [actor, action]),
    [
      ['admin', 'POST /v1/tokens/{id}:revoke'],
      ['ci', 'POST /v1/runs'],
    ],
  );
  const next = await ask('get', `/v1/audit?before=${body.next}`, 'admin');
  assert.deepEqual([next.body.entries.length, next.body.next], [1, null]);
  assert.doesNotMatch(JSON.stringify(await log()), new RegExp(token.slice(-43)));
});

test('a token of an unknown role or name is refused, naming the field', async () => {
  for (const [body, field] of [
    [{ name: 'ci', role: 'root' }, /role/],
    [{ name: 'a b', role: 'viewer' }, /name/],
    [{ name: 'ci', role: 'viewer', expiresInDays: 0 }, /expiresInDays/],
    [{ name: 'ci', role: 'viewer', secret: 'x' }, /secret/],
  ] as const) {
    const answer = await ask('post', '/v1/tokens', 'admin').send(body);
    assert.equal(answer.body.error?.code, 'INPUT_INVALID');
    assert.match(answer.body.error.message, field);
  }
});
