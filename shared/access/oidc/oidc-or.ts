import { TriadError } from '../../errors/triad-error.ts';
import type { Authenticate } from '../principal.ts';
import type { OidcOptions } from './oidc-options.ts';

/**
 * Knows people and services by the OIDC tokens of an issuer; a token of any other form is left to
 * `others`. What verifies them is loaded here, so that a system without an issuer never loads it.
 */
export async function oidcOr(
  options: OidcOptions,
  others: Authenticate = refuse,
): Promise<Authenticate> {
  const { OidcVerifier } = await import('./oidc-verifier.ts');
  const verifier = new OidcVerifier(options);
  return (token) => (hasFormOfJwt(token) ? verifier.verify(token) : others(token));
}

const hasFormOfJwt = (token: string): boolean => token.split('.').length === 3;

const refuse: Authenticate = async () => {
  throw new TriadError('UNAUTHENTICATED', { reason: 'this one is not accepted.' });
};
