import type { Clock } from '../../clock/clock.ts';
import type { Role } from '../../contracts/access.ts';
import type { Logger } from '../../log/logger.ts';

/** Whose tokens a service takes. */
export interface OidcOptions {
  /** This service's own names, one of which a token must be for: its URL, the audience of its push subscription. */
  audiences: readonly string[];
  /** Who may ask, by verified e-mail address as the issuer writes it, with the role that it has. */
  accounts: ReadonlyMap<string, Role>;
  clock: Clock;
  log: Logger;
  /** @default Google's: `https://accounts.google.com` and, of older tokens, `accounts.google.com` */
  issuers?: readonly string[];
  /** Where the issuer publishes its keys. @default Google's */
  jwksUrl?: string;
  /** How far the issuer's clock and this one may differ, in seconds. @default 60 */
  clockSkewSeconds?: number;
  /** How many single-use tokens are remembered at a time. @default 10000 */
  rememberedTokens?: number;
}

export const googleIssuers = ['https://accounts.google.com', 'accounts.google.com'] as const;
export const googleJwksUrl = 'https://www.googleapis.com/oauth2/v3/certs';
