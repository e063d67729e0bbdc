/** Does the work where Google's libraries find no credentials to log in with. */
export async function withoutCredentials(work: () => Promise<void>): Promise<void> {
  const before = process.env.GOOGLE_APPLICATION_CREDENTIALS;
  process.env.GOOGLE_APPLICATION_CREDENTIALS = '/no/such/key.json';
  try {
    await work();
  } finally {
    if (before === undefined) delete process.env.GOOGLE_APPLICATION_CREDENTIALS;
    else process.env.GOOGLE_APPLICATION_CREDENTIALS = before;
  }
}
