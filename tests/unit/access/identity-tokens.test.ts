import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IdentityTokens } from '@triad/shared/access/identity-tokens.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { FakeClock, settled } from '../../harness/fake-clock.ts';

const url = 'https://invoker.example/pubsub/push?x=1';
const minute = 60_000;

/** A source that counts what it gave; each token says for whom it is and holds for an hour. */
function setUp() {
  const clock = new FakeClock();
  const asked: string[] = [];
  const state = { fails: false, hangs: false, lifeSeconds: 3600 };
  const tokens = new IdentityTokens({
    clock,
    async fetchToken(audience) {
      asked.push(audience);
      if (state.hangs) await new Promise(() => {});
      if (state.fails) throw new TriadError('IDENTITY_UNAVAILABLE', { audience, reason: 'down' });
      const exp = clock.now().getTime() / 1000 + state.lifeSeconds;
      const payload = Buffer.from(JSON.stringify({ aud: audience, exp, n: asked.length }));
      return `e30.${payload.toString('base64url')}.s`;
    },
  });
  return { clock, asked, state, tokens };
}

test('a token is for the origin of its receiver, and kept for each', async () => {
  const { asked, tokens } = setUp();
  const first = await tokens.tokenFor(url);
  assert.equal(await tokens.tokenFor('https://invoker.example/jobs/x'), first);
  assert.notEqual(await tokens.tokenFor('https://invoker.example:8443/'), first);
  assert.deepEqual(asked, ['https://invoker.example', 'https://invoker.example:8443']);
});

test('those who ask at the same time share one request', async () => {
  const { asked, tokens } = setUp();
  const all = await Promise.all([1, 2, 3].map(() => tokens.tokenFor(url)));
  assert.equal(new Set(all).size, 1);
  assert.equal(asked.length, 1);
});

test('a token is renewed five minutes before it expires', async () => {
  const { clock, tokens } = setUp();
  const first = await tokens.tokenFor(url);
  await clock.advance(55 * minute - 1);
  assert.equal(await tokens.tokenFor(url), first);
  await clock.advance(1);
  assert.notEqual(await tokens.tokenFor(url), first);
});

test('a token that came with little of its life left is used for half of that', async () => {
  const { clock, asked, state, tokens } = setUp();
  state.lifeSeconds = 240;
  await tokens.tokenFor(url);
  await clock.advance(2 * minute - 1);
  await tokens.tokenFor(url);
  assert.equal(asked.length, 1);
  await clock.advance(1);
  await tokens.tokenFor(url);
  assert.equal(asked.length, 2);
});

test('a token that still holds is used while no new one can be had, and then no more', async () => {
  const { clock, asked, state, tokens } = setUp();
  const first = await tokens.tokenFor(url);
  state.fails = true;
  await clock.advance(56 * minute);
  for (let i = 0; i < 3; i += 1) assert.equal(await tokens.tokenFor(url), first);
  assert.equal(asked.length, 2, 'a new one is asked for now and then only');
  await clock.advance(4 * minute);
  const unavailable = { code: 'IDENTITY_UNAVAILABLE', retryable: true };
  await assert.rejects(tokens.tokenFor(url), unavailable);
  state.fails = false;
  assert.notEqual(await tokens.tokenFor(url), first);
});

test('a token that does not come in time is given up', async () => {
  const { clock, state, tokens } = setUp();
  state.hangs = true;
  const asked = assert.rejects(tokens.tokenFor(url), {
    code: 'IDENTITY_UNAVAILABLE',
    message: /https:\/\/invoker\.example.*none came within 10000 ms/,
  });
  await clock.advance(10_000);
  await asked;
  state.hangs = false;
  await tokens.tokenFor(url);
  await settled();
  assert.equal(clock.pending, 0);
});

for (const [what, text] of Object.entries({
  'an error page': '<html>',
  'no claims': 'e30.e30.s',
  'no JSON': 'a.b.c',
  'no text': 7 as unknown as string,
})) {
  test(`an answer of ${what} is no token`, async () => {
    const tokens = new IdentityTokens({ clock: new FakeClock(), fetchToken: async () => text });
    await assert.rejects(tokens.tokenFor(url), { code: 'IDENTITY_UNAVAILABLE' });
  });
}
