import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { user } from '@triad/shared/access/principal.ts';
import { serviceOr } from '@triad/shared/access/service-token.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { principalOf } from '@triad/shared/http/authentication.ts';
import { type HttpGuard, httpApp } from '@triad/shared/http/http-app.ts';
import request from 'supertest';
import { recordingLogger } from '../../harness/recording-logger.ts';

const secret = 's'.repeat(32);

function appWith(guard: HttpGuard) {
  let asked = 0;
  const app = httpApp({
    ...guard,
    log: recordingLogger().log,
    openPaths: ['/open'],
    routes(routes) {
      routes.get('/open', (_request, response) => void response.json({}));
      routes.all('/who', (sent, response) => {
        asked += 1;
        response.json(principalOf(sent));
      });
    },
  });
  return { app, asked: () => asked };
}

const authenticate = serviceOr(secret, async (token) => {
  if (token === 'ada') return user('t1', 'ada', 'viewer');
  throw new TriadError('UNAUTHENTICATED', { reason: 'this one is not known.' });
});

describe('web pages of other origins', () => {
  const { app, asked } = appWith({});
  const refused: [string, Record<string, string>][] = [
    ['a link on another site', { 'sec-fetch-site': 'cross-site' }],
    ['a page of another port', { 'sec-fetch-site': 'same-site' }],
    ['a form on another site', { origin: 'https://evil.example' }],
    ['a page without an origin of its own', { origin: 'null' }],
    ['a name that a page points here by its own DNS', { host: 'evil.example:4180' }],
    ['a name that begins like an address of loopback', { host: '127.0.0.1.evil.example' }],
  ];
  for (const [what, headers] of refused) {
    for (const method of ['get', 'post'] as const) {
      test(`${method} from ${what} is refused before anything is done`, async () => {
        const answer = await request(app)[method]('/who').set(headers);
        assert.equal(answer.status, 403);
        assert.equal(answer.body.error.code, 'ORIGIN_REFUSED');
        assert.equal(asked(), 0);
      });
    }
  }

  test('a program, an own page and an address that was typed are served', async () => {
    const { app: own } = appWith({});
    for (const headers of [
      {},
      { 'sec-fetch-site': 'same-origin', origin: 'http://127.0.0.1:4180', host: '127.0.0.1:4180' },
      { 'sec-fetch-site': 'none', host: 'localhost:4180' },
      { host: '[::1]:4180' },
    ]) {
      assert.equal((await request(own).get('/who').set(headers)).status, 200);
    }
  });

  test('where tokens are required, any name may be asked for', async () => {
    const answer = await request(appWith({ authenticate }).app)
      .get('/who')
      .set({ host: 'triad.example', authorization: 'Bearer ada' });
    assert.equal(answer.status, 200);
  });
});

describe('tokens', () => {
  const { app, asked } = appWith({ authenticate });
  for (const [what, authorization] of [
    ['no token', undefined],
    ['an unknown token', 'Bearer eve'],
    ['another scheme', 'Basic ada'],
    ['an empty token', 'Bearer '],
    ['a part of the secret', `Bearer ${secret.slice(1)}`],
  ] as const) {
    test(`with ${what} nothing is done, and the body is not even read`, async () => {
      const sent = request(app).post('/who').set('content-type', 'application/json').send('{');
      const answer = await (authorization ? sent.set({ authorization }) : sent);
      assert.equal(answer.status, 401);
      assert.equal(answer.body.error.code, 'UNAUTHENTICATED');
      assert.equal(answer.headers['www-authenticate'], 'Bearer');
      assert.equal(asked(), 0);
    });
  }

  test('a path that is open to all needs none, and others are not told from those that exist', async () => {
    assert.equal((await request(app).get('/open')).status, 200);
    assert.equal((await request(app).get('/nothing')).status, 401);
  });

  test('a token tells who asks, and the secret of the services a service', async () => {
    const as = async (token: string) =>
      (
        await request(app)
          .get('/who')
          .set({ authorization: `Bearer ${token}` })
      ).body;
    assert.deepEqual(await as('ada'), { id: 't1', name: 'ada', roles: ['viewer'] });
    assert.deepEqual(await as(secret), { id: 'service', name: 'service', roles: ['service'] });
  });

  test('where none is required, whoever can ask may do everything', async () => {
    const { body } = await request(appWith({}).app).get('/who');
    assert.deepEqual(body.roles, ['viewer', 'operator', 'admin', 'service']);
  });
});

describe('the rate limit', () => {
  const rateLimit = { perMinute: 2, counts: (path: string) => path !== '/open' };
  const ask = (app: ReturnType<typeof appWith>['app'], token = 'ada', path = '/who') =>
    request(app)
      .get(path)
      .set({ authorization: `Bearer ${token}` });

  test('the request after the last one allowed is RATE_LIMITED and told when to come back', async () => {
    const { app, asked } = appWith({ authenticate, rateLimit });
    assert.deepEqual([(await ask(app)).status, (await ask(app)).status], [200, 200]);
    const answer = await ask(app);
    assert.deepEqual([answer.status, answer.body.error.code], [429, 'RATE_LIMITED']);
    assert.ok(Number(answer.headers['retry-after']) > 0);
    assert.equal(asked(), 2);
  });

  test('each token has its own, and guesses at tokens count by their address', async () => {
    const { app } = appWith({ authenticate, rateLimit });
    for (let i = 0; i < 3; i += 1) await ask(app);
    assert.equal((await ask(app, secret)).status, 200);
    const guesses = [];
    for (const guess of ['a', 'b', 'c']) guesses.push((await ask(app, guess)).status);
    assert.deepEqual(guesses, [401, 401, 429]);
  });

  test('paths that do not count are always served, and 0 is no limit', async () => {
    const { app } = appWith({ authenticate, rateLimit });
    for (let i = 0; i < 4; i += 1) assert.equal((await ask(app, 'ada', '/open')).status, 200);
    const { app: unlimited } = appWith({ rateLimit: { ...rateLimit, perMinute: 0 } });
    for (let i = 0; i < 4; i += 1) assert.equal((await ask(unlimited)).status, 200);
  });
});
