import { z } from 'zod';
import { errorFromReport } from '../errors/error-from-report.ts';
import { TriadError } from '../errors/triad-error.ts';
import { bearer } from './bearer.ts';
import { httpRequest, isOk } from './http-request.ts';

export interface HttpJsonRequest {
  /** The name of the service, for errors. */
  service: string;
  url: string;
  /** @default 'GET', or 'POST' with a body */
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Sent as a bearer token. */
  token?: string | undefined;
  /** Sent as JSON. */
  body?: unknown;
  /** For the whole exchange. @default 10000 */
  timeoutMs?: number;
}

const errorBody = z.object({
  error: z.object({ code: z.string(), message: z.string(), fix: z.string() }),
});

/**
 * Asks a service and returns its JSON answer, `undefined` when it has no body. No answer, or one
 * that is not Triad's, is `SERVICE_UNREACHABLE`; an error that the service reports is thrown with
 * its own code, message and fix.
 */
export async function httpJson(request: HttpJsonRequest): Promise<unknown> {
  const { service, url, body, token } = request;
  const unreachable = (reason: string, cause?: unknown) =>
    new TriadError('SERVICE_UNREACHABLE', { service, url, reason }, { cause });

  const exchange = httpRequest(url, {
    method: request.method ?? (body === undefined ? 'GET' : 'POST'),
    signal: AbortSignal.timeout(request.timeoutMs ?? 10_000),
    headers: {
      ...bearer(token),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const response = await exchange.catch((error) => {
    throw unreachable(unreachableBecause(error), error);
  });
  const answer = parseJson(response.body);
  if (isOk(response) && (response.body === '' || answer !== undefined)) return answer;
  const failure = errorBody.safeParse(answer);
  if (!isOk(response) && failure.success) throw errorFromReport(failure.data.error);
  throw unreachable(`it answered ${response.status} without a readable body`);
}

/** `undefined` for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Why there was no answer, such as ECONNREFUSED. */
export function unreachableBecause(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'no answer in time';
  return 'code' in error ? String(error.code) : error.message;
}
