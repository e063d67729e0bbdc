import type { Token } from '@triad/shared/access/token-source.ts';
import { askService, unreachable } from '@triad/shared/http/ask-service.ts';
import { isOk } from '@triad/shared/http/http-request.ts';
import type { JobLogs } from './job-logs.ts';

/** Logs as the invoker at `url` has them. */
export class HttpJobLogs implements JobLogs {
  readonly #url: string;
  readonly #token: Token | undefined;

  /** @param token of this service, where tokens are needed */
  constructor(url: string, token?: Token) {
    this.#url = url;
    this.#token = token;
  }

  async textOf(commandId: string): Promise<string> {
    const url = `${this.#url}/jobs/${encodeURIComponent(commandId)}/logs`;
    const request = { service: 'invoker', url, token: this.#token };
    const response = await askService(request);
    if (isOk(response)) return response.body;
    if (response.status === 404) return '';
    throw unreachable(request, `it answered ${response.status}`);
  }
}
