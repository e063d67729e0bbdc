import { TriadError } from '@triad/shared/errors/triad-error.ts';

const ANSWER_LIMIT_MS = 10_000;

/** The part of the invoker's API that the command uses. */
export class InvokerApi {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** Everything the job of a command has printed; empty when it has not started. */
  async logs(commandId: string): Promise<string> {
    const url = `${this.#url}/jobs/${encodeURIComponent(commandId)}/logs`;
    const unreachable = (reason: string, cause?: unknown) =>
      new TriadError('SERVICE_UNREACHABLE', { service: 'invoker', url, reason }, { cause });
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });
      if (response.ok) return await response.text();
      if (response.status === 404) return '';
      throw unreachable(`it answered ${response.status}`);
    } catch (error) {
      if (error instanceof TriadError) throw error;
      throw unreachable(error instanceof Error ? error.message : String(error), error);
    }
  }
}
