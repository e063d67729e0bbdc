/**
 * Access tokens of who is signed in: a person by gcloud, a workflow by its identity, or the account
 * of the machine. Loads the library at the first token.
 */
export function googleCredentials(): () => Promise<string> {
  let client: Promise<{ getAccessToken(): Promise<string | null | undefined> }> | undefined;
  return async () => {
    client ??= import('google-auth-library').then(
      ({ GoogleAuth }) =>
        new GoogleAuth({ scopes: ['https://www.googleapis.com/auth/cloud-platform'] }),
    );
    const token = await (await client).getAccessToken();
    if (!token) throw new Error('the credentials give no token');
    return token;
  };
}
