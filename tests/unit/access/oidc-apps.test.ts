import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { beforeEach, describe, test } from 'node:test';
import type { OidcOptions } from '@triad/shared/access/oidc/oidc-options.ts';
import { oidcOr } from '@triad/shared/access/oidc/oidc-or.ts';
import { serviceOr } from '@triad/shared/access/service-token.ts';
import type { AuditEntry } from '@triad/shared/contracts/access.ts';
import { topic } from '@triad/shared/contracts/topics.ts';
import { Readiness } from '@triad/shared/service/readiness.ts';
import { KyselyAccessStore } from '@triad/shared/state/kysely-access-store.ts';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';
import type { Express } from 'express';
import request from 'supertest';
import { createInvoker } from '../../../invoker/invoker.ts';
import { ApiTokens } from '../../../orchestrator/access/api-tokens.ts';
import { auditLog } from '../../../orchestrator/access/audit-log.ts';
import { healthRoutes } from '../../../orchestrator/api/health-routes.ts';
import { messageRoutes } from '../../../orchestrator/api/message-routes.ts';
import { runRoutes } from '../../../orchestrator/api/run-routes.ts';
import { createApp } from '../../../orchestrator/app.ts';
import { badTokens } from '../../harness/access/bad-tokens.ts';
import type { LocalIssuer } from '../../harness/access/local-issuer.ts';
import { setUpOidc } from '../../harness/access/oidc-setup.ts';
import { commandWith, pushOfCommand, setUpInvoker } from '../../harness/invoker/invoker-setup.ts';
import { setUpMessenger } from '../../harness/messenger/messenger-setup.ts';
import { setUpOrchestrator } from '../../harness/orchestrator/orchestrator-setup.ts';
import { recordingLogger } from '../../harness/recording-logger.ts';
import { pipelineOf } from '../../harness/run-fixtures.ts';

interface Guarded {
  app: Express;
  /** What was done for those who asked. */
  done: () => Promise<number> | number;
  /** A route that only reads. */
  list: string;
  /** The body of a push that is good. */
  push: object;
  /** A route for people, where the service has one. */
  people?: { path: string; body: object };
  /** Who did what, where the service keeps that. */
  audit?: () => Promise<AuditEntry[]>;
  /** A token of another kind that the service takes. */
  own: string;
}

const secret = 's'.repeat(32);

async function guardedInvoker(options: OidcOptions): Promise<Guarded> {
  const setup = await setUpInvoker();
  const { app } = createInvoker({
    ...setup,
    ids: { next: () => 'i1' },
    log: recordingLogger().log,
    codeRevision: 'rev',
    guard: { authenticate: serviceOr(secret, await oidcOr(options)) },
  });
  const done = async () => (await setup.jobs.list(10)).length;
  return { app, done, list: '/jobs', push: pushOfCommand(commandWith()), own: secret };
}

async function guardedOrchestrator(options: OidcOptions): Promise<Guarded> {
  const setup = await setUpOrchestrator();
  const { push } = await setUpMessenger(async (own) => ({ messenger: own, async close() {} }));
  const store = new KyselyAccessStore(await openSqlite(':memory:'));
  const tokens = new ApiTokens({ ...setup, store, randomBytes });
  const pipelines = new Map([['test', pipelineOf(['only'])]]);
  let received = 0;
  const readiness = new Readiness({}, setup.clock, setup.log);
  const routes = [
    ...healthRoutes({ readiness, checks: {}, clock: setup.clock }),
    ...runRoutes({ ...setup, pipelines }),
    ...messageRoutes(push, async () => {
      received += 1;
    }),
  ];
  const app = createApp(routes, '0.0.0', setup.log, {
    authenticate: await oidcOr(options, (token) => tokens.authenticate(token)),
    audit: auditLog({ ...setup, store }),
  });
  return {
    app,
    done: async () => received + (await store.listAudit({ limit: 9 })).length,
    list: '/v1/runs',
    push: pushOfCommand(commandWith()),
    audit: () => store.listAudit({ limit: 9 }),
    people: { path: '/v1/runs', body: { pipeline: 'test', runDate: '2024-01-31' } },
    own: (await tokens.create({ name: 'ci', role: 'viewer' }, 'boss')).token,
  };
}

for (const [name, open] of [
  ['invoker', guardedInvoker],
  ['orchestrator', guardedOrchestrator],
] as const) {
  describe(`the ${name}`, () => {
    let guarded: Guarded;
    let issuer: LocalIssuer;
    let clock: Awaited<ReturnType<typeof setUpOidc>>['clock'];
    beforeEach(async () => {
      const setup = await setUpOidc();
      issuer = setup.issuer;
      clock = setup.clock;
      guarded = await open(setup.options);
    });

    const pushWith = (token: string | undefined) => {
      const sent = request(guarded.app).post('/pubsub/push').send(guarded.push);
      return token === undefined ? sent : sent.set({ authorization: `Bearer ${token}` });
    };

    const listWith = (token: string | undefined) => {
      const sent = request(guarded.app).get(guarded.list);
      return token === undefined ? sent : sent.set({ authorization: `Bearer ${token}` });
    };

    test('takes a push of the account of the subscription', async () => {
      assert.equal((await pushWith(await issuer.token())).status, 204);
      assert.equal(await guarded.done(), 1);
    });

    test('does nothing for a push with a bad token, or with none, and tells nothing', async () => {
      const bad = await Promise.all(
        Object.entries(badTokens).map(
          async ([what, make]): Promise<[string, string | undefined]> => [what, await make(issuer)],
        ),
      );
      const texts = new Set<string>();
      for (const [what, token] of bad) {
        const answer = await pushWith(token);
        assert.equal(answer.status, 401, what);
        assert.equal(answer.headers['www-authenticate'], 'Bearer');
        texts.add(answer.text);
        const listed = await listWith(token);
        assert.deepEqual([listed.status, listed.text], [401, answer.text], what);
      }
      // One that is not of the form of a token is left to who knows other kinds.
      assert.ok(texts.size <= 2, [...texts].join('\n'));
      const none = await pushWith(undefined);
      assert.deepEqual([none.status, none.body.error.code], [401, 'UNAUTHENTICATED']);
      assert.equal(await guarded.done(), 0);
    });

    test('lets no account push that is one of people', async () => {
      for (const email of ['vera@shop.example', 'otto@shop.example', 'ada@shop.example']) {
        const answer = await pushWith(await issuer.token({ email }));
        assert.deepEqual([answer.status, answer.body.error.code], [403, 'FORBIDDEN']);
      }
    });

    test('takes a token with an id once', async () => {
      const token = await issuer.token({ jti: 'once' });
      assert.equal((await pushWith(token)).status, 204);
      assert.equal((await pushWith(token)).status, 401);
    });

    test('answers 503 while it cannot have the keys, and works again when it can', async () => {
      issuer.failure = 'down';
      const token = await issuer.token();
      const answer = await pushWith(token);
      assert.deepEqual([answer.status, answer.body.error.code], [503, 'TOKEN_KEYS_UNAVAILABLE']);
      assert.equal(answer.headers['www-authenticate'], undefined);
      assert.ok(!answer.text.includes(issuer.jwksUrl));
      assert.equal(await guarded.done(), 0);
      issuer.failure = undefined;
      await clock.advance(1000);
      assert.equal((await pushWith(token)).status, 204);
      issuer.failure = 'down';
      await clock.advance(3_000_000);
      assert.equal((await pushWith(await issuer.token())).status, 204);
    });

    test('still takes its other kind of token, and needs none for its health', async () => {
      assert.equal((await listWith(guarded.own)).status, 200);
      assert.equal((await listWith(undefined)).status, 401);
      const health = await request(guarded.app).get('/healthz');
      assert.equal(health.status, 204);
    });

    test('is read by those whose role allows it', async () => {
      const isForPeople = name === 'orchestrator';
      const viewer = await listWith(await issuer.token({ email: 'vera@shop.example' }));
      assert.equal(viewer.status, isForPeople ? 200 : 403);
      const service = await listWith(await issuer.token());
      assert.equal(service.status, isForPeople ? 403 : 200);
    });
  });
}

test('people ask the orchestrator by their roles, and the audit log has their names', async () => {
  const { issuer, options } = await setUpOidc();
  const { app, people, audit } = await guardedOrchestrator(options);
  const path = people?.path ?? '';
  const as = async (email: string) => ({
    authorization: `Bearer ${await issuer.token({ email })}`,
  });
  assert.equal(
    (
      await request(app)
        .get(path)
        .set(await as('vera@shop.example'))
    ).status,
    200,
  );
  const post = async (email: string) =>
    (
      await request(app)
        .post(path)
        .set(await as(email))
        .send(people?.body)
    ).status;
  assert.equal(await post('vera@shop.example'), 403);
  assert.equal(await post('otto@shop.example'), 201);
  const publish = request(app).post(`/v1/projects/triad/topics/${topic.commands}:publish`);
  const refused = await publish.set(await as('otto@shop.example')).send({ messages: [] });
  assert.equal(refused.status, 403);
  const entries = (await audit?.()) ?? [];
  assert.deepEqual(
    entries.map(({ actor, outcome }) => `${actor} ${outcome}`),
    ['otto@shop.example refused', 'otto@shop.example done', 'vera@shop.example refused'],
  );
});
