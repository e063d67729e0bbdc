import type { Clock } from '@triad/shared/clock/clock.ts';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

export interface SigningKey {
  id: string;
  privateKey: CryptoKey;
  publicKey: CryptoKey;
}

export type ChangedClaims = Readonly<Record<string, unknown>>;

/** A new key pair of the kind that Google signs with. */
export const newKeyPair = (): Promise<Omit<SigningKey, 'id'>> =>
  generateKeyPair('RS256', { extractable: true });

/** Makes tokens like those of Google's issuer, under its name, with keys of its own. */
export class Issuer {
  /** The keys that it publishes; it signs with the last one. */
  keys: SigningKey[] = [];
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The claims of a good token, issued now for an hour; `undefined` leaves one out. */
  claims(changes: ChangedClaims = {}): Record<string, unknown> {
    const now = this.now();
    const claims = {
      iss: 'https://accounts.google.com',
      azp: '113774264463038321964',
      sub: '113774264463038321964',
      email_verified: true,
      iat: now,
      exp: now + 3600,
      ...changes,
    };
    return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
  }

  /** A token as it issues them. */
  token(changes: ChangedClaims = {}): Promise<string> {
    return this.signed(this.claims(changes), this.key);
  }

  /** What is signed with any key, under any header. */
  signed(claims: Record<string, unknown>, key: SigningKey, header: object = {}): Promise<string> {
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid: key.id, typ: 'JWT', ...header })
      .sign(key.privateKey);
  }

  /** The key that it signs with now. */
  get key(): SigningKey {
    const key = this.keys.at(-1);
    if (!key) throw new Error('the issuer has no key');
    return key;
  }

  /** As a JSON Web Key Set lists them. */
  publicKeys(): Promise<JWK[]> {
    return Promise.all(
      this.keys.map(async ({ id, publicKey }) => ({
        ...(await exportJWK(publicKey)),
        kid: id,
        alg: 'RS256',
        use: 'sig',
      })),
    );
  }

  /** In seconds, as claims have it. */
  now(): number {
    return Math.floor(this.#clock.now().getTime() / 1000);
  }
}
