import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Answers as the metadata server of Google Cloud, as far as identity tokens need it:
 * https://cloud.google.com/docs/authentication/get-id-token#metadata-server
 *
 * @param issue a token for the audience that is asked for
 */
export async function answerMetadata(
  request: IncomingMessage,
  response: ServerResponse,
  issue: (audience: string) => Promise<string>,
): Promise<void> {
  response.setHeader('metadata-flavor', 'Google');
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://metadata');
  if (pathname.endsWith('/identity')) response.end(await issue(searchParams.get('audience') ?? ''));
  else response.writeHead(404).end();
}
