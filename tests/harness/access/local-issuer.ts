import type { Clock } from '@triad/shared/clock/clock.ts';
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, type JWK, SignJWT } from 'jose';
import { serve } from './http-stub.ts';

export interface SigningKey {
  id: string;
  privateKey: CryptoKey;
  publicKey: CryptoKey;
}

export type ChangedClaims = Readonly<Record<string, unknown>>;

export const pushAccount = 'triad-push@shop.iam.gserviceaccount.com';
export const ownAudience = 'https://invoker.example';

type KeyPair = Omit<SigningKey, 'id'>;
/** Keys take a while to make: those of issuers are used in turn, more than any test changes them. */
const pairs: Promise<KeyPair>[] = [];
let foreign: Promise<KeyPair> | undefined;
let made = 0;

const newPair = (): Promise<KeyPair> => generateKeyPair('RS256', { extractable: true });

/** A key for an issuer. */
export async function newKey(): Promise<SigningKey> {
  const index = made % 4;
  pairs[index] ??= newPair();
  made += 1;
  return { id: `key-${made}`, ...(await pairs[index]) };
}

/** A key that no issuer ever has, under any name. */
export async function foreignKey(id: string): Promise<SigningKey> {
  foreign ??= newPair();
  return { id, ...(await foreign) };
}

/**
 * An issuer of tokens like Google's, with its keys on a local server: what a push subscription of
 * Pub/Sub, or a service with an identity, would send.
 */
export class LocalIssuer {
  readonly jwksUrl: string;
  /** How often its keys were asked for. */
  asked = 0;
  /** What its key server answers instead of the keys. */
  failure: 'down' | 'garbage' | undefined;
  /** The keys that it publishes; it signs with the last one. */
  keys: SigningKey[] = [];
  readonly #clock: Clock;

  private constructor(url: string, clock: Clock) {
    this.jwksUrl = `${url}/certs`;
    this.#clock = clock;
  }

  static async start(clock: Clock): Promise<LocalIssuer> {
    const url = await serve(async (_request, response) => {
      issuer.asked += 1;
      if (issuer.failure === 'down') return response.writeHead(503).end();
      if (issuer.failure === 'garbage') return response.writeHead(200).end('<html>');
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ keys: await issuer.publicKeys() }));
    });
    const issuer = new LocalIssuer(url, clock);
    issuer.keys.push(await newKey());
    return issuer;
  }

  /** The claims of a good token, issued now for an hour; `undefined` leaves one out. */
  claims(changes: ChangedClaims = {}): Record<string, unknown> {
    const now = this.now();
    const claims = {
      iss: 'https://accounts.google.com',
      aud: ownAudience,
      azp: '113774264463038321964',
      sub: '113774264463038321964',
      email: pushAccount,
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

  publicPem(): Promise<string> {
    return exportSPKI(this.key.publicKey);
  }

  /** In seconds, as claims have it. */
  now(): number {
    return Math.floor(this.#clock.now().getTime() / 1000);
  }
}
