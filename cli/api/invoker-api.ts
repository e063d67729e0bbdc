import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { bearer } from '@triad/shared/http/bearer.ts';

const ANSWER_LIMIT_MS = 10_000;

/** The part of the invoker's API that the command uses. */
export class InvokerApi {
  readonly #url: string;
  readonly #token: string | undefined;

  /** @param token the secret of the services, where the system requires tokens */
  constructor(url: string, token?: string) {
    this.#url = url;
    this.#token = token;
  }

  /** Everything the job of a command has printed; empty when it has not started. */
  async logs(commandId: string): Promise<string> {
    const url = `${this.#url}/jobs/${encodeURIComponent(commandId)}/logs`;
    const unreachable = (reason: string, cause?: unknown) =>
      new TriadError('SERVICE_UNREACHABLE', { service: 'invoker', url, reason }, { cause });
    try {
      const response = await fetch(url, {
        headers: bearer(this.#token),
        signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
      });
      if (response.ok) return await response.text();
      if (response.status === 404) return '';
      if (response.status === 401) {
        const reason = 'the invoker takes TRIAD_SERVICE_TOKEN alone.';
        throw new TriadError('UNAUTHENTICATED', { reason });
      }
      throw unreachable(`it answered ${response.status}`);
    } catch (error) {
      if (error instanceof TriadError) throw error;
      throw unreachable(error instanceof Error ? error.message : String(error), error);
    }
  }
}
