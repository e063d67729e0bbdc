import type { OidcOptions } from '@triad/shared/access/oidc/oidc-options.ts';
import { OidcVerifier } from '@triad/shared/access/oidc/oidc-verifier.ts';
import type { Role } from '@triad/shared/contracts/access.ts';
import { FakeClock } from '../fake-clock.ts';
import { recordingLogger } from '../recording-logger.ts';
import { LocalIssuer, ownAudience, pushAccount } from './local-issuer.ts';

/** Who is known to the services of the tests. */
export const accounts: ReadonlyMap<string, Role> = new Map([
  [pushAccount, 'service'],
  ['vera@shop.example', 'viewer'],
  ['otto@shop.example', 'operator'],
  ['ada@shop.example', 'admin'],
] as const);

/** An issuer, and the options of a service that takes its tokens; the clock is the test's. */
export async function setUpOidc() {
  const clock = new FakeClock();
  const issuer = await LocalIssuer.start(clock);
  const { log, lines } = recordingLogger();
  const options: OidcOptions = {
    audiences: [ownAudience],
    accounts,
    clock,
    log,
    jwksUrl: issuer.jwksUrl,
  };
  const verifier = (changes: Partial<OidcOptions> = {}) =>
    new OidcVerifier({ ...options, ...changes });
  return { clock, issuer, lines, options, verifier };
}
