import type { Token } from '@triad/shared/access/token-source.ts';
import { type JobView, jobView } from '@triad/shared/contracts/job-view.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { askService, unreachable } from '@triad/shared/http/ask-service.ts';
import { httpJson, parseJson } from '@triad/shared/http/http-json.ts';
import { isOk } from '@triad/shared/http/http-request.ts';
import { z } from 'zod';
import type { Workload } from './workload.ts';

const reason = z.object({
  port: z.string(),
  code: z.string(),
  message: z.string(),
  fix: z.string(),
});
const unavailable = z.object({
  reasons: z.array(reason).min(1),
});

/** The workload as the invoker at `url` tells of it. */
export class HttpWorkload implements Workload {
  readonly #url: string;
  readonly #token: Token | undefined;

  /** @param token of this service, where tokens are needed */
  constructor(url: string, token?: Token) {
    this.#url = url;
    this.#token = token;
  }

  async getJob(commandId: string): Promise<JobView | undefined> {
    const url = `${this.#url}/jobs/${encodeURIComponent(commandId)}`;
    try {
      return jobView.parse(await httpJson({ service: 'invoker', url, token: this.#token }));
    } catch (error) {
      if (error instanceof TriadError && error.code === 'NOT_FOUND') return undefined;
      throw error;
    }
  }

  async check(): Promise<void> {
    const request = { service: 'invoker', url: `${this.#url}/healthcheck`, token: this.#token };
    const response = await askService(request);
    if (isOk(response)) return;
    const answer = unavailable.safeParse(parseJson(response.body));
    if (!answer.success) {
      throw unreachable(request, `it answered ${response.status} without a readable body`);
    }
    const reasons = answer.data.reasons
      .map(({ port, code, message, fix }) => `${port}: ${code}: ${message} To fix: ${fix}`)
      .join(' ');
    throw new TriadError('SERVICE_UNAVAILABLE', { service: 'invoker', reasons });
  }
}
