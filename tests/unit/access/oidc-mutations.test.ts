import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { OidcVerifier } from '@triad/shared/access/oidc/oidc-verifier.ts';
import fc from 'fast-check';
import type { LocalIssuer } from '../../harness/access/local-issuer.ts';
import { setUpOidc } from '../../harness/access/oidc-setup.ts';

let issuer: LocalIssuer;
let verifier: OidcVerifier;
let token: string;
before(async () => {
  const setup = await setUpOidc();
  issuer = setup.issuer;
  verifier = setup.verifier();
  token = await issuer.token();
  await verifier.verify(token);
});

const isRefused = (text: string) =>
  assert.rejects(verifier.verify(text), { code: 'UNAUTHENTICATED' }, text);

/** Within a text of this length, from its end where it is negative. */
const at = (share: number, length: number) => Math.floor(share * length);
const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const character = fc.oneof(
  fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \n'),
  fc.string({ minLength: 1, maxLength: 1, unit: 'grapheme' }),
);

/** Ways to change the text of a token. */
const edit = fc.oneof(
  fc.record({ how: fc.constant('replace' as const), share, text: character }),
  fc.record({ how: fc.constant('insert' as const), share, text: character }),
  fc.record({ how: fc.constant('delete' as const), share, text: fc.constant('') }),
  fc.record({ how: fc.constant('cut' as const), share, text: fc.constant('') }),
);
type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never;

function edited(text: string, { how, share: where, text: put }: Edit): string {
  const index = at(where, text.length);
  if (how === 'cut') return text.slice(0, index);
  const rest = text.slice(how === 'insert' ? index : index + 1);
  return `${text.slice(0, index)}${put}${rest}`;
}

test('no change of a valid token’s text is taken', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
      const changed = edits.reduce(edited, token);
      fc.pre(changed !== token);
      await isRefused(changed);
    }),
    { numRuns: 1500 },
  );
});

test('no change of a valid token’s bytes is taken', async () => {
  const part = fc.constantFrom(0, 1, 2);
  const mask = fc.integer({ min: 1, max: 255 });
  await fc.assert(
    fc.asyncProperty(part, share, mask, async (index, where, flipped) => {
      const parts = token.split('.');
      const bytes = Buffer.from(parts[index] ?? '', 'base64url');
      const position = at(where, bytes.length);
      bytes[position] = (bytes[position] ?? 0) ^ flipped;
      parts[index] = bytes.toString('base64url');
      await isRefused(parts.join('.'));
    }),
    { numRuns: 1000 },
  );
});

test('no other way to write the same bytes is taken', async () => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/';
  const shorter = token.slice(0, -1);
  for (const last of alphabet) {
    if (shorter + last !== token) await isRefused(shorter + last);
  }
  for (const more of ['=', '==', '===', ' ', '\n', '\t', 'A', '.']) await isRefused(token + more);
  for (const more of ['=', ' ', '\n', '.']) await isRefused(more + token);
  for (const [index] of token.split('.').entries()) {
    const padded = token.split('.').map((part, own) => (own === index ? `${part}=` : part));
    await isRefused(padded.join('.'));
  }
});

test('parts of different valid tokens do not make a valid one', async () => {
  const other = await issuer.token({ email: 'ada@shop.example' });
  const [one, two] = [token.split('.'), other.split('.')];
  for (let mix = 1; mix < 7; mix += 1) {
    const parts = one.map((part, index) => ((mix >> index) & 1 ? (two[index] ?? '') : part));
    const text = parts.join('.');
    if (text !== token && text !== other) await isRefused(text);
  }
  await verifier.verify(other);
});
