import { googleIdentityToken } from '@triad/shared/access/google-identity-token.ts';
import { IdentityTokens } from '@triad/shared/access/identity-tokens.ts';
import { MetadataServer } from '../harness/access/metadata-server.ts';
import { tokenSourceConformance } from './token-source.conformance.ts';

tokenSourceConformance(
  'of an issuer',
  ({ clock, issuer }) => new IdentityTokens({ clock, fetchToken: (aud) => issuer.token({ aud }) }),
);

const server = MetadataServer.use();
tokenSourceConformance("of Google's library and a metadata server", ({ clock, issuer }) => {
  server.issue = (aud) => issuer.token({ aud });
  return new IdentityTokens({ clock, fetchToken: googleIdentityToken() });
});
