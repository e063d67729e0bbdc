import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { OidcVerifier } from '@triad/shared/access/oidc/oidc-verifier.ts';
import { badTokens } from '../../harness/access/bad-tokens.ts';
import { pushAccount } from '../../harness/access/local-issuer.ts';
import { setUpOidc } from '../../harness/access/oidc-setup.ts';

let setup: Awaited<ReturnType<typeof setUpOidc>>;
let verifier: OidcVerifier;
before(async () => {
  setup = await setUpOidc();
  verifier = setup.verifier();
});

/** The one answer to all that is wrong. */
const refused = {
  code: 'UNAUTHENTICATED',
  message: 'A token is required: this one is not accepted.',
};

test('the token of a listed account tells who asks and in which role', async () => {
  const { issuer } = setup;
  assert.deepEqual(await verifier.verify(await issuer.token()), {
    id: pushAccount,
    name: pushAccount,
    roles: ['service'],
  });
  const ada = 'ada@shop.example';
  assert.deepEqual(await verifier.verify(await issuer.token({ email: ada })), {
    id: ada,
    name: ada,
    roles: ['viewer', 'operator', 'admin'],
  });
});

test('the issuer may write its name without https, as Google does in older tokens', async () => {
  const token = await setup.issuer.token({ iss: 'accounts.google.com' });
  assert.equal((await verifier.verify(token)).id, pushAccount);
});

describe('a token is refused in the same words', () => {
  for (const [what, make] of Object.entries(badTokens)) {
    test(what, async () => {
      await assert.rejects(verifier.verify(await make(setup.issuer)), refused);
    });
  }
});

describe('clocks may differ by 60 s, to the second', () => {
  const claimsBy = (now: number): [string, Record<string, number>, boolean][] => [
    ['an end 59 s ago', { iat: now - 1000, exp: now - 59 }, true],
    ['an end 60 s ago', { iat: now - 1000, exp: now - 60 }, false],
    ['a beginning in 60 s', { nbf: now + 60 }, true],
    ['a beginning in 61 s', { nbf: now + 61 }, false],
    ['an issue in 60 s', { iat: now + 60 }, true],
    ['an issue in 61 s', { iat: now + 61 }, false],
    ['an age of an hour and 60 s', { iat: now - 3660, exp: now + 9 }, true],
    ['an age of an hour and 61 s', { iat: now - 3661, exp: now + 9 }, false],
  ];
  for (const [index, [what, , isTaken]] of claimsBy(0).entries()) {
    test(`${what} is ${isTaken ? 'taken' : 'refused'}`, async () => {
      const [, claims = {}] = claimsBy(setup.issuer.now())[index] ?? [];
      const verified = verifier.verify(await setup.issuer.token(claims));
      if (isTaken) assert.equal((await verified).id, pushAccount);
      else await assert.rejects(verified, refused);
    });
  }

  test('another skew can be given', async () => {
    const { issuer } = setup;
    const strict = setup.verifier({ clockSkewSeconds: 0 });
    await assert.rejects(strict.verify(await issuer.token({ exp: issuer.now() })), refused);
    await strict.verify(await issuer.token({ exp: issuer.now() + 1 }));
  });
});

describe('using a token again', () => {
  test('one without an id, as Google issues them, holds for its whole life and no longer', async () => {
    const { clock, issuer, verifier: create } = await setUpOidc();
    const own = create();
    const token = await issuer.token();
    for (const minutes of [0, 30, 30]) {
      await clock.advance(minutes * 60_000);
      assert.equal((await own.verify(token)).id, pushAccount);
    }
    await clock.advance(60_000);
    await assert.rejects(own.verify(token), refused);
  });

  test('one with an id is taken once, also after its end, within the skew', async () => {
    const { clock, issuer, verifier: create } = await setUpOidc();
    const own = create();
    const token = await issuer.token({ jti: 'a' });
    await own.verify(token);
    for (const seconds of [0, 3599, 59]) {
      await clock.advance(seconds * 1000);
      await assert.rejects(own.verify(token), refused);
    }
    await own.verify(await issuer.token({ jti: 'b' }));
  });

  test('two at the same time: one is taken', async () => {
    const { issuer, verifier: create } = await setUpOidc();
    const own = create();
    const token = await issuer.token({ jti: 'a' });
    const ends = await Promise.allSettled([own.verify(token), own.verify(token)]);
    assert.deepEqual(ends.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected']);
  });

  test('a token that is refused uses up no id', async () => {
    const { issuer, verifier: create } = await setUpOidc();
    const own = create();
    await assert.rejects(own.verify(await issuer.token({ jti: 'a', aud: 'https://x.example' })));
    await assert.rejects(own.verify(await issuer.token({ jti: 'a', email: 'eve@x.example' })));
    await own.verify(await issuer.token({ jti: 'a' }));
  });

  test('when no more can be remembered, none is forgotten: it passes when some expire', async () => {
    const { clock, issuer, verifier: create } = await setUpOidc();
    const own = create({ rememberedTokens: 2 });
    const first = await issuer.token({ jti: 'a' });
    await own.verify(first);
    await own.verify(await issuer.token({ jti: 'b' }));
    await assert.rejects(own.verify(await issuer.token({ jti: 'c' })), {
      code: 'SERVICE_UNAVAILABLE',
      retryable: true,
    });
    await assert.rejects(own.verify(first), refused);
    await own.verify(await issuer.token());
    await clock.advance(3662_000);
    await own.verify(await issuer.token({ jti: 'c' }));
  });
});

test('a service without an audience, or without accounts, takes no token', async () => {
  for (const changes of [{ audiences: [] }, { accounts: new Map() }]) {
    const closed = setup.verifier(changes);
    await assert.rejects(closed.verify(await setup.issuer.token()), refused);
    await assert.rejects(closed.verify(await setup.issuer.token({ aud: '' })), refused);
  }
});

test('the log says what was wrong, without the token', async () => {
  const { issuer, lines, verifier: create } = await setUpOidc();
  const own = create();
  const seen: [string, RegExp, string][] = [
    ['for another service', /aud/, 'warn'],
    ['of an account that is not listed', /eve@shop.* is not listed/, 'warn'],
    ['whose signature the platform removed', /platform removed/, 'warn'],
    ['signed with another key of the same name', /SIGNATURE/, 'debug'],
  ];
  for (const [what, pattern, level] of seen) {
    const token = (await badTokens[what]?.(issuer)) ?? '';
    await assert.rejects(own.verify(token), refused);
    const line = lines.at(-1);
    assert.match(JSON.stringify(line?.fields), pattern);
    assert.equal(line?.level, level);
    const [, payload = '', signature = ''] = token.split('.');
    for (const part of [payload, signature]) assert.ok(!JSON.stringify(lines).includes(part));
  }
});
