import { z } from 'zod';
import { errorFromReport } from '../errors/error-from-report.ts';
import { TriadError } from '../errors/triad-error.ts';
import { bearer } from './bearer.ts';

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

  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      method: request.method ?? (body === undefined ? 'GET' : 'POST'),
      signal: AbortSignal.timeout(request.timeoutMs ?? 10_000),
      headers: {
        ...bearer(token),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    text = await response.text();
  } catch (error) {
    throw unreachable(reasonOf(error), error);
  }
  const answer = parseJson(text);
  if (response.ok && (text === '' || answer !== undefined)) return answer;
  const failure = errorBody.safeParse(answer);
  if (!response.ok && failure.success) throw errorFromReport(failure.data.error);
  throw unreachable(`it answered ${response.status} without a readable body`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `fetch` hides the reason, such as ECONNREFUSED, in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'no answer in time';
  if (error.cause instanceof Error) {
    return 'code' in error.cause ? String(error.cause.code) : error.cause.message;
  }
  return error.message;
}
