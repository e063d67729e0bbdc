import type { Token } from '../access/token-source.ts';

/** The header that shows a token to the service at `url`, where there is one to show. */
export async function bearer(
  token: Token | undefined,
  url: string,
): Promise<Record<string, string>> {
  if (token === undefined) return {};
  const text = typeof token === 'string' ? token : await token.tokenFor(url);
  return { authorization: `Bearer ${text}` };
}
