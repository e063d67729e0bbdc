import type { GoogleAuth } from 'google-auth-library';
import { isSystemError } from '../errors/system-error.ts';
import { TriadError } from '../errors/triad-error.ts';
import type { FetchIdentityToken } from './identity-tokens.ts';

/**
 * Identity tokens of the service account that this process runs as: from the metadata server, or by
 * the key file, the impersonation or the workload identity that GOOGLE_APPLICATION_CREDENTIALS
 * names. The library is loaded with the first token.
 */
export function googleIdentityToken(): FetchIdentityToken {
  let opened: Promise<GoogleAuth> | undefined;
  const open = async () => {
    const { GoogleAuth } = await import('google-auth-library');
    return new GoogleAuth();
  };
  return async (audience) => {
    opened ??= open();
    try {
      const client = await (await opened).getIdTokenClient(audience);
      return await client.idTokenProvider.fetchIdToken(audience);
    } catch (error) {
      throw toTriad(error, audience);
    }
  };
}

/** What passes is a server that fails or cannot be reached; all else is that there is no identity. */
function toTriad(error: unknown, audience: string): TriadError {
  const cause = { cause: error };
  const status = statusOf(error);
  if (status !== undefined) {
    const reason = `the identity service answered ${status}`;
    const passes = status === 408 || status === 429 || status >= 500;
    if (passes) return new TriadError('IDENTITY_UNAVAILABLE', { audience, reason }, cause);
    return new TriadError('IDENTITY_MISSING', { audience, reason }, cause);
  }
  const reason = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (typeof code !== 'string' || isSystemError(error, 'ENOENT', 'EACCES', 'EISDIR')) {
    return new TriadError('IDENTITY_MISSING', { audience, reason }, cause);
  }
  return new TriadError('IDENTITY_UNAVAILABLE', { audience, reason: code }, cause);
}

/** Of the answer that the library's HTTP client took for a failure. */
function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  const { status, response } = error as { status?: unknown; response?: { status?: unknown } };
  const found = response?.status ?? status;
  return typeof found === 'number' ? found : undefined;
}
