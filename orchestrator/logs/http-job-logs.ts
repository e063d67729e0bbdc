import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { bearer } from '@triad/shared/http/bearer.ts';
import { unreachableBecause } from '@triad/shared/http/http-json.ts';
import { httpRequest, isOk } from '@triad/shared/http/http-request.ts';
import type { JobLogs } from './job-logs.ts';

const ANSWER_LIMIT_MS = 10_000;

/** Logs as the invoker at `url` has them. */
export class HttpJobLogs implements JobLogs {
  readonly #url: string;
  readonly #token: string | undefined;

  /** @param token the secret of the services, where tokens are needed */
  constructor(url: string, token?: string) {
    this.#url = url;
    this.#token = token;
  }

  async textOf(commandId: string): Promise<string> {
    const url = `${this.#url}/jobs/${encodeURIComponent(commandId)}/logs`;
    const unreachable = (reason: string, cause?: unknown) =>
      new TriadError('SERVICE_UNREACHABLE', { service: 'invoker', url, reason }, { cause });
    const response = await httpRequest(url, {
      headers: bearer(this.#token),
      signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
    }).catch((error) => {
      throw unreachable(unreachableBecause(error), error);
    });
    if (isOk(response)) return response.body;
    if (response.status === 404) return '';
    throw unreachable(`it answered ${response.status}`);
  }
}
