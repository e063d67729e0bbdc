import { z } from 'zod';
import { errorFromReport } from '../errors/error-from-report.ts';
import { askService, type ServiceRequest, unreachable } from './ask-service.ts';
import { isOk } from './http-request.ts';

const errorBody = z.object({
  error: z.object({ code: z.string(), message: z.string(), fix: z.string() }),
});

/**
 * Asks a service and returns its JSON answer, `undefined` when it has no body. No answer, or one
 * that is not Triad's, is `SERVICE_UNREACHABLE`; an error that the service reports is thrown with
 * its own code, message and fix.
 */
export async function httpJson(request: ServiceRequest): Promise<unknown> {
  const response = await askService(request);
  const answer = parseJson(response.body);
  if (isOk(response) && (response.body === '' || answer !== undefined)) return answer;
  const failure = errorBody.safeParse(answer);
  if (!isOk(response) && failure.success) throw errorFromReport(failure.data.error);
  throw unreachable(request, `it answered ${response.status} without a readable body`);
}

/** `undefined` for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
