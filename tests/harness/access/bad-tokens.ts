import { createHmac } from 'node:crypto';
import { exportJWK } from 'jose';
import { foreignKey, type LocalIssuer, ownAudience } from './local-issuer.ts';

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** The token with other claims under the same signature. */
function tampered(token: string, change: (claims: Record<string, unknown>) => object): string {
  const [header, payload = '', signature] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
  return [header, encoded(change(claims)), signature].join('.');
}

async function signedAsSecret(issuer: LocalIssuer, secret: string): Promise<string> {
  const header = encoded({ alg: 'HS256', kid: issuer.key.id, typ: 'JWT' });
  const text = `${header}.${encoded(issuer.claims())}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

/** What no service may take, by what is wrong with it. */
export const badTokens: Record<string, (issuer: LocalIssuer) => Promise<string>> = {
  'for another service': (issuer) => issuer.token({ aud: 'https://other.example' }),
  'for a name that ours begins': (issuer) => issuer.token({ aud: `${ownAudience}.evil.example` }),
  'for several services': (issuer) => issuer.token({ aud: [ownAudience, 'https://other.example'] }),
  'for nobody': (issuer) => issuer.token({ aud: undefined }),
  'of another issuer': (issuer) => issuer.token({ iss: 'https://accounts.evil.example' }),
  'of no issuer': (issuer) => issuer.token({ iss: undefined }),
  expired: (issuer) => issuer.token({ iat: issuer.now() - 3700, exp: issuer.now() - 100 }),
  'without an end': (issuer) => issuer.token({ exp: undefined }),
  'with an end that is no number': (issuer) => issuer.token({ exp: 'never' }),
  'not yet valid': (issuer) => issuer.token({ nbf: issuer.now() + 100 }),
  'issued in the future': (issuer) => issuer.token({ iat: issuer.now() + 100 }),
  'issued long ago, for long': (issuer) =>
    issuer.token({ iat: issuer.now() - 7200, exp: issuer.now() + 7200 }),
  'without the time of its issue': (issuer) => issuer.token({ iat: undefined }),
  'of an account that is not listed': (issuer) =>
    issuer.token({ email: 'eve@shop.iam.gserviceaccount.com' }),
  'of an account in other letters': (issuer) =>
    issuer.token({ email: 'Triad-Push@shop.iam.gserviceaccount.com' }),
  'of an account that is not verified': (issuer) => issuer.token({ email_verified: false }),
  'of an account that says itself that it is verified': (issuer) =>
    issuer.token({ email_verified: 'true' }),
  'without an account': (issuer) => issuer.token({ email: undefined }),
  'without a subject': (issuer) => issuer.token({ sub: undefined }),
  'with an id that is none': (issuer) => issuer.token({ jti: 1 }),
  unsigned: async (issuer) =>
    `${encoded({ alg: 'none', typ: 'JWT' })}.${encoded(issuer.claims())}.`,
  'unsigned, with a signature': async (issuer) => {
    const [, , signature] = (await issuer.token()).split('.');
    return `${encoded({ alg: 'none', typ: 'JWT' })}.${encoded(issuer.claims())}.${signature}`;
  },
  'signed with the public key as a secret': async (issuer) =>
    signedAsSecret(issuer, await issuer.publicPem()),
  'signed with the modulus as a secret': async (issuer) =>
    signedAsSecret(issuer, (await exportJWK(issuer.key.publicKey)).n ?? ''),
  'signed with another key of the same name': async (issuer) =>
    issuer.signed(issuer.claims(), await foreignKey(issuer.key.id)),
  'signed with a key that nobody knows': async (issuer) =>
    issuer.signed(issuer.claims(), await foreignKey('unknown')),
  'signed with a key that it brings along': async (issuer) => {
    const key = await foreignKey(issuer.key.id);
    return issuer.signed(issuer.claims(), key, { jwk: await exportJWK(key.publicKey) });
  },
  'with keys at an address of its own': async (issuer) => {
    const key = await foreignKey('new');
    return issuer.signed(issuer.claims(), key, { jku: 'https://evil.example/certs' });
  },
  'of another type': (issuer) => issuer.signed(issuer.claims(), issuer.key, { typ: 'at+jwt' }),
  'without a type': (issuer) => issuer.signed(issuer.claims(), issuer.key, { typ: undefined }),
  'with an account put in later': async (issuer) =>
    tampered(await issuer.token({ email: 'eve@evil.example' }), (claims) => ({
      ...claims,
      email: issuer.claims().email,
    })),
  'with a later end put in': async (issuer) =>
    tampered(await issuer.token(), (claims) => ({ ...claims, exp: issuer.now() + 7200 })),
  'without its signature': async (issuer) =>
    `${(await issuer.token()).split('.').slice(0, 2).join('.')}.`,
  'whose signature the platform removed': async (issuer) =>
    `${(await issuer.token()).split('.').slice(0, 2).join('.')}.SIGNATURE_REMOVED_BY_GOOGLE`,
  'with a fourth part': async (issuer) => `${await issuer.token()}.e30`,
  'of three empty parts': async () => '..',
  'of no JSON': async () => 'e.e.e',
};
