import { createHash, timingSafeEqual } from 'node:crypto';
import { TriadError } from '../errors/triad-error.ts';
import { type Authenticate, service } from './principal.ts';

/** Compares secrets of any length in a time that tells nothing of where they differ. */
export const isSameSecret = (one: string, other: string): boolean =>
  timingSafeEqual(sha256(one), sha256(other));

/** Knows the other services by the secret they share; any other token is left to `others`. */
export function serviceOr(secret: string, others: Authenticate = refuse): Authenticate {
  return async (token) => (isSameSecret(token, secret) ? service : others(token));
}

const refuse: Authenticate = async () => {
  throw new TriadError('UNAUTHENTICATED', { reason: 'only TRIAD_SERVICE_TOKEN is taken here.' });
};

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
