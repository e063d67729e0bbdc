import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { beforeEach, test } from 'node:test';
import { KyselyAccessStore } from '@triad/shared/state/kysely-access-store.ts';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';
import { ApiTokens } from '../../../../orchestrator/access/api-tokens.ts';
import { FakeClock } from '../../../harness/fake-clock.ts';
import { sequentialIds } from '../../../harness/sequential-ids.ts';

let clock: FakeClock;
let store: KyselyAccessStore;
let tokens: ApiTokens;

beforeEach(async () => {
  clock = new FakeClock();
  store = new KyselyAccessStore(await openSqlite(':memory:'));
  tokens = new ApiTokens({ store, clock, ids: sequentialIds(), randomBytes });
});

const refusal = (reason: RegExp) => ({ code: 'UNAUTHENTICATED', message: reason });
const DAY = 86_400_000;

test('a token says whose it is', async () => {
  const { id, token } = await tokens.create({ name: 'ada', role: 'operator' }, 'boss');
  assert.match(token, /^triad_id000001_[\w-]{43}$/);
  const roles = ['viewer', 'operator'];
  assert.deepEqual(await tokens.authenticate(token), { id, name: 'ada', roles });
});

test('what is stored and listed does not hold the secret', async () => {
  const { token } = await tokens.create({ name: 'ada', role: 'admin' }, 'boss');
  const secret = token.slice(-43);
  const [stored] = await store.listTokens();
  assert.match(stored?.hash ?? '', /^[0-9a-f]{64}$/);
  assert.doesNotMatch(JSON.stringify([stored, await tokens.list()]), new RegExp(secret));
  assert.doesNotMatch(JSON.stringify(await tokens.list()), /hash/);
});

test('a token of which any part differs is not known', async () => {
  const { token } = await tokens.create({ name: 'ada', role: 'admin' }, 'boss');
  const other = (await tokens.create({ name: 'eve', role: 'viewer' }, 'boss')).token;
  const flipped = token.slice(0, -1) + (token.endsWith('A') ? 'B' : 'A');
  const swapped = `${other.slice(0, 15)}${token.slice(15)}`;
  for (const wrong of [
    flipped,
    swapped,
    `${token} `,
    token.slice(1),
    'triad__',
    '',
    'x'.repeat(9999),
  ])
    await assert.rejects(tokens.authenticate(wrong), refusal(/not known/), wrong);
});

test('a token expires at its instant and not before', async () => {
  const { token } = await tokens.create({ name: 'ada', role: 'viewer', expiresInDays: 1 }, 'boss');
  await clock.advance(DAY - 1);
  await tokens.authenticate(token);
  await clock.advance(1);
  await assert.rejects(tokens.authenticate(token), refusal(/expired/));
});

test('a revoked token is refused from then on; an unknown one cannot be revoked', async () => {
  const { id, token } = await tokens.create({ name: 'ada', role: 'viewer' }, 'boss');
  const { revokedAt } = await tokens.revoke(id);
  assert.equal(revokedAt, clock.now().toISOString());
  await assert.rejects(tokens.authenticate(token), refusal(/revoked/));
  await assert.rejects(tokens.revoke('none'), { code: 'NOT_FOUND' });
});

test('the last use is noted to the minute, so that reading writes seldom', async () => {
  const { token } = await tokens.create({ name: 'ada', role: 'viewer' }, 'boss');
  const lastUse = async () => (await tokens.list())[0]?.lastUsedAt;
  assert.equal(await lastUse(), null);
  await tokens.authenticate(token);
  const first = clock.now().toISOString();
  await clock.advance(59_999);
  await tokens.authenticate(token);
  assert.equal(await lastUse(), first);
  await clock.advance(1);
  await tokens.authenticate(token);
  assert.equal(await lastUse(), clock.now().toISOString());
});
