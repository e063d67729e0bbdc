import type { Token } from '../access/token-source.ts';
import { TriadError } from '../errors/triad-error.ts';
import { bearer } from './bearer.ts';
import { type HttpAnswer, httpRequest } from './http-request.ts';

export interface ServiceRequest {
  /** The name of the service, for errors. */
  service: string;
  url: string;
  /** @default 'GET', or 'POST' with a body */
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Sent as a bearer token. */
  token?: Token | undefined;
  /** Sent as JSON. */
  body?: unknown;
  /** Of two requests with one key, the second has no effect. */
  idempotencyKey?: string;
  /** For the whole exchange. @default 10000 */
  timeoutMs?: number;
}

/**
 * Asks one of Triad's services. No answer is `SERVICE_UNREACHABLE`; any answer is the caller's. Errors of
 * the token's source are thrown as they are.
 */
export async function askService(request: ServiceRequest): Promise<HttpAnswer> {
  const { url, token, body, idempotencyKey, timeoutMs = 10_000 } = request;
  const authorization = await bearer(token, url);
  try {
    return await httpRequest(url, {
      method: request.method ?? (body === undefined ? 'GET' : 'POST'),
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        ...authorization,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  } catch (error) {
    throw unreachable(request, reasonOf(error), error);
  }
}

/** For an answer that is not what the service would say. */
export const unreachable = (
  { service, url }: Pick<ServiceRequest, 'service' | 'url'>,
  reason: string,
  cause?: unknown,
) => new TriadError('SERVICE_UNREACHABLE', { service, url, reason }, { cause });

/** Such as ECONNREFUSED. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'no answer in time';
  return 'code' in error ? String(error.code) : error.message;
}
