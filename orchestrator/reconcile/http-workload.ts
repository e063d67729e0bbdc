import { type JobView, jobView } from '@triad/shared/contracts/job-view.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { bearer } from '@triad/shared/http/bearer.ts';
import { httpJson, parseJson, unreachableBecause } from '@triad/shared/http/http-json.ts';
import { httpRequest, isOk } from '@triad/shared/http/http-request.ts';
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

const CHECK_LIMIT_MS = 10_000;

/** The workload as the invoker at `url` tells of it. */
export class HttpWorkload implements Workload {
  readonly #url: string;
  readonly #token: string | undefined;

  /** @param token the secret of the services, where tokens are needed */
  constructor(url: string, token?: string) {
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
    const url = `${this.#url}/healthcheck`;
    const unreachable = (reason: string) =>
      new TriadError('SERVICE_UNREACHABLE', { service: 'invoker', url, reason });
    const response = await httpRequest(url, {
      headers: bearer(this.#token),
      signal: AbortSignal.timeout(CHECK_LIMIT_MS),
    }).catch((error) => {
      throw unreachable(unreachableBecause(error));
    });
    if (isOk(response)) return;
    const answer = unavailable.safeParse(parseJson(response.body));
    if (!answer.success) {
      throw unreachable(`it answered ${response.status} without a readable body`);
    }
    const reasons = answer.data.reasons
      .map(({ port, code, message, fix }) => `${port}: ${code}: ${message} To fix: ${fix}`)
      .join(' ');
    throw new TriadError('SERVICE_UNAVAILABLE', { service: 'invoker', reasons });
  }
}
