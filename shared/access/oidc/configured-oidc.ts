import type { Clock } from '../../clock/clock.ts';
import type { GoogleCloudConfig } from '../../config/google-cloud.ts';
import type { Logger } from '../../log/logger.ts';
import { googleIdentityToken } from '../google-identity-token.ts';
import { IdentityTokens } from '../identity-tokens.ts';
import type { Authenticate } from '../principal.ts';
import type { TokenSource } from '../token-source.ts';
import { googleIssuers } from './oidc-options.ts';
import { oidcOr } from './oidc-or.ts';

/**
 * How a service of the profile `gcp` knows who asks it, and what it shows to others.
 *
 * @param url its own, which tokens are made out to unless the configuration says otherwise
 * @param others knows tokens of other kinds
 */
export async function googleIdentity(
  { oidc }: Pick<GoogleCloudConfig, 'oidc'>,
  url: string,
  { clock, log, others }: { clock: Clock; log: Logger; others?: Authenticate },
): Promise<{ authenticate: Authenticate; token: TokenSource }> {
  const [google] = googleIssuers;
  const options = {
    audiences: [oidc.audience ?? new URL(url).origin],
    accounts: oidc.accounts,
    issuers: oidc.issuer === google ? googleIssuers : [oidc.issuer],
    jwksUrl: oidc.keysUrl,
    clock,
    log,
  };
  return {
    authenticate: await oidcOr(options, others),
    token: new IdentityTokens({ clock, fetchToken: googleIdentityToken() }),
  };
}
