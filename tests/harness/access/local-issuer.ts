import type { Clock } from '@triad/shared/clock/clock.ts';
import { exportSPKI } from 'jose';
import {
  type ChangedClaims,
  Issuer,
  newKeyPair,
  type SigningKey,
} from '../../emulators/identity/issuer.ts';
import { serve } from './http-stub.ts';

export const pushAccount = 'triad-push@shop.iam.gserviceaccount.com';
export const ownAudience = 'https://invoker.example';

type KeyPair = Omit<SigningKey, 'id'>;
/** Keys take a while to make: those of issuers are used in turn, more than any test changes them. */
const pairs: Promise<KeyPair>[] = [];
let foreign: Promise<KeyPair> | undefined;
let made = 0;

/** A key for an issuer. */
export async function newKey(): Promise<SigningKey> {
  const index = made % 4;
  pairs[index] ??= newKeyPair();
  made += 1;
  return { id: `key-${made}`, ...(await pairs[index]) };
}

/** A key that no issuer ever has, under any name. */
export async function foreignKey(id: string): Promise<SigningKey> {
  foreign ??= newKeyPair();
  return { id, ...(await foreign) };
}

/**
 * An issuer of tokens like Google's, with its keys on a local server: what a push subscription of
 * Pub/Sub, or a service with an identity, would send.
 */
export class LocalIssuer extends Issuer {
  readonly jwksUrl: string;
  /** How often its keys were asked for. */
  asked = 0;
  /** What its key server answers instead of the keys. */
  failure: 'down' | 'garbage' | undefined;

  private constructor(url: string, clock: Clock) {
    super(clock);
    this.jwksUrl = `${url}/certs`;
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

  /** As those of a push to the service of the tests. */
  override claims(changes: ChangedClaims = {}): Record<string, unknown> {
    return super.claims({ aud: ownAudience, email: pushAccount, ...changes });
  }

  publicPem(): Promise<string> {
    return exportSPKI(this.key.publicKey);
  }
}
