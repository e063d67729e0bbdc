import { notTaken } from './alarm-channel.ts';

export interface PostRequest {
  /** The name of the channel, for errors. */
  channel: string;
  url: string;
  headers?: Record<string, string>;
  body: unknown;
  fetch: typeof fetch;
  signal: AbortSignal;
}

/** POSTs JSON; any answer but 2xx is `ALARM_DELIVERY_FAILED`. The URL may be a secret: no error tells it. */
export async function postJson(request: PostRequest): Promise<void> {
  const { channel, url, headers, body, signal } = request;
  let response: Response;
  try {
    response = await request.fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      // Another address would get what was meant for this one.
      redirect: 'manual',
      signal,
    });
    await response.body?.cancel();
  } catch (error) {
    throw notTaken(channel, signal.aborted ? String(signal.reason) : reasonOf(error));
  }
  if (!response.ok) throw notTaken(channel, `it answered HTTP ${response.status}`);
}

/** `fetch` hides the reason, such as ECONNREFUSED, in the cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Error && 'code' in cause) return String(cause.code);
  return 'no connection could be made';
}
