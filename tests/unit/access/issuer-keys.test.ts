import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foreignKey, newKey, pushAccount } from '../../harness/access/local-issuer.ts';
import { setUpOidc } from '../../harness/access/oidc-setup.ts';

const minute = 60_000;
const refused = { code: 'UNAUTHENTICATED' };
const unavailable = { code: 'TOKEN_KEYS_UNAVAILABLE', httpStatus: 503, retryable: true };

async function setUp() {
  const setup = await setUpOidc();
  const verifier = setup.verifier();
  const { issuer } = setup;
  return {
    ...setup,
    verify: (token: string) => verifier.verify(token),
    /** A token of now, signed with the newest key, is taken. */
    async takes() {
      assert.equal((await verifier.verify(await issuer.token())).id, pushAccount);
    },
    /** A token that names a key which the issuer does not have. */
    ofUnknownKey: async () => issuer.signed(issuer.claims(), await foreignKey('unknown')),
  };
}

test('keys are read with the first token, once for all that come together, and kept', async () => {
  const { issuer, verify, takes } = await setUp();
  assert.equal(issuer.asked, 0);
  const token = await issuer.token();
  await Promise.all([verify(token), verify(token), verify(token)]);
  await takes();
  assert.equal(issuer.asked, 1);
});

test('a token of a new key is taken as soon as the issuer publishes it', async () => {
  const { clock, issuer, takes } = await setUp();
  await takes();
  await clock.advance(minute);
  issuer.keys.push(await newKey());
  await takes();
  assert.equal(issuer.asked, 2);
});

test('tokens of a new key that come together while it is read are all taken', async () => {
  const { clock, issuer, verify, takes } = await setUp();
  await takes();
  await clock.advance(minute);
  issuer.keys.push(await newKey());
  const token = await issuer.token();
  await Promise.all([verify(token), verify(token), verify(token)]);
  assert.equal(issuer.asked, 2);
});

test('a key that the issuer withdrew is forgotten within ten minutes', async () => {
  const { clock, issuer, verify, takes } = await setUp();
  const old = issuer.key;
  await takes();
  issuer.keys = [await newKey()];
  await clock.advance(10 * minute);
  await assert.rejects(verify(await issuer.signed(issuer.claims(), old)), refused);
  await takes();
});

test('keys that nobody knows make the issuer be asked every 30 s at most', async () => {
  const { clock, issuer, verify, ofUnknownKey, takes } = await setUp();
  await takes();
  for (let i = 0; i < 5; i += 1) await assert.rejects(verify(await ofUnknownKey()), refused);
  assert.equal(issuer.asked, 1);
  await clock.advance(30_000);
  for (let i = 0; i < 5; i += 1) await assert.rejects(verify(await ofUnknownKey()), refused);
  assert.equal(issuer.asked, 2);
});

for (const failure of ['down', 'garbage'] as const) {
  test(`without keys, a key server that is ${failure} is an error that passes`, async () => {
    const { clock, issuer, lines, verify, takes } = await setUp();
    issuer.failure = failure;
    const token = await issuer.token();
    for (let i = 0; i < 3; i += 1) await assert.rejects(verify(token), unavailable);
    assert.equal(issuer.asked, 1, 'it is not asked by every request');
    assert.equal(lines[0]?.level, 'warn');
    issuer.failure = undefined;
    await clock.advance(1000);
    await takes();
  });

  test(`with a key server that is ${failure}, the keys that were read go on to work for a day`, async () => {
    const { clock, issuer, verify, takes } = await setUp();
    await takes();
    issuer.failure = failure;
    await clock.advance(11 * minute);
    await takes();
    await clock.advance(23 * 60 * minute);
    await takes();
    await clock.advance(50 * minute);
    await assert.rejects(verify(await issuer.token()), unavailable);
    issuer.failure = undefined;
    await clock.advance(1000);
    await takes();
  });
}

test('while the key server is down a token of a new key is not refused: it may be good', async () => {
  const { clock, issuer, verify, takes } = await setUp();
  await takes();
  issuer.failure = 'down';
  issuer.keys.push(await newKey());
  await clock.advance(minute);
  await assert.rejects(verify(await issuer.token()), unavailable);
  await assert.rejects(verify(await issuer.token()), unavailable);
  assert.equal(issuer.asked, 2);
  issuer.failure = undefined;
  await clock.advance(30_000);
  await takes();
});

test('a clock that is set back holds no one up', async () => {
  const { clock, issuer, takes } = await setUp();
  await takes();
  clock.jump(-60 * minute);
  issuer.keys.push(await newKey());
  await takes();
});
