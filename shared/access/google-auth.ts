import type { GoogleAuth, GoogleAuthOptions } from 'google-auth-library';

/**
 * Credentials for a client of Google's, found before there is a client: one that finds none by
 * itself leaves a rejection behind that nobody handles, which ends the process. Throws what the
 * library throws.
 */
export async function googleAuth(options: GoogleAuthOptions): Promise<GoogleAuth> {
  const { GoogleAuth } = await import('google-auth-library');
  const auth = new GoogleAuth(options);
  await auth.getClient();
  return auth;
}
