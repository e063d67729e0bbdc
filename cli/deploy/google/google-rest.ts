import { type Clock, sleep } from '@triad/shared/clock/clock.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { fetchFailure } from '@triad/shared/http/fetch-failure.ts';
import { retryAfterMs } from '@triad/shared/http/retry-after.ts';
import { type BackoffPolicy, backoff } from '@triad/shared/messenger/backoff.ts';
import { errorOfStatus, type GoogleStatus } from './google-error.ts';

export interface GoogleRestOptions {
  /** An access token of who deploys. Whatever it throws is `DEPLOY_CREDENTIALS_MISSING`. */
  token: () => Promise<string>;
  fetch: typeof fetch;
  clock: Clock;
  /** From 0 to 1; spreads the waits of several who deploy at once. */
  random: () => number;
}

export interface Asked {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  url: string;
  /** What is asked for, as in `make topic x`, for messages. */
  action: string;
  /** Sent as JSON; a text as it is. */
  body?: unknown;
  /** Whether 404 is an answer: `undefined` comes back. */
  mayBeMissing?: boolean;
  /**
   * Whether something new is made. 409 after an attempt that may have been done says that it is there
   * already: an empty object comes back, and it may still be on its way.
   */
  creates?: boolean;
  /** Whether the answer is a text and no JSON. */
  asText?: boolean;
}

const attempts = 5;
const pauses: BackoffPolicy = { initialMs: 500, maxMs: 60_000 };
const limitMs = 60_000;
const pollMs = 2_000;
const longestOperationMs = 15 * 60_000;

/** Google's REST APIs: signed, patient with 429 and 5xx, and with errors of the catalogue. */
export class GoogleRest {
  readonly #options: GoogleRestOptions;

  constructor(options: GoogleRestOptions) {
    this.#options = options;
  }

  async ask(asked: Asked): Promise<unknown> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.#send(asked);
      if (answer instanceof Response) {
        if (answer.ok) return asked.asText ? answer.text() : jsonOf(await answer.text());
        if (answer.status === 404 && asked.mayBeMissing) return undefined;
        if (answer.status === 409 && attempt > 1 && asked.creates) return {};
      }
      const error = await failureOf(answer, asked);
      // The deletion that an attempt before this one began, or another operation that passes.
      const isUnderWay =
        error.code === 'DEPLOY_CONFLICT' && attempt > 1 && asked.method === 'DELETE';
      if (!(error.retryable || isUnderWay) || attempt === attempts) throw error;
      await sleep(this.#options.clock, this.#delayMs(answer, attempt));
    }
  }

  /** Every item of a list that comes in pages. */
  async all(asked: Asked, field: string): Promise<unknown[]> {
    const items: unknown[] = [];
    let pageToken: string | undefined;
    do {
      const url = new URL(asked.url);
      if (pageToken !== undefined) url.searchParams.set('pageToken', pageToken);
      const page = (await this.ask({ ...asked, url: url.href })) as
        | ({ nextPageToken?: string } & Record<string, unknown>)
        | undefined;
      items.push(...((page?.[field] as unknown[] | undefined) ?? []));
      pageToken = page?.nextPageToken || undefined;
    } while (pageToken !== undefined);
    return items;
  }

  /**
   * Waits for a long-running operation.
   *
   * @param look asks how it is; `undefined` while it is under way, otherwise its error or null
   */
  async wait(action: string, look: () => Promise<GoogleStatus | null | undefined>): Promise<void> {
    const { clock } = this.#options;
    const until = clock.now().getTime() + longestOperationMs;
    for (;;) {
      const ended = await look();
      if (ended === null) return;
      if (ended !== undefined) throw errorOfStatus(ended, action);
      if (clock.now().getTime() > until) {
        const reason = 'the operation is still under way';
        throw new TriadError('DEPLOY_CLOUD_UNAVAILABLE', { action, reason });
      }
      await sleep(clock, pollMs);
    }
  }

  async #send({ method = 'GET', url, body }: Asked): Promise<Response | Error> {
    const { token, fetch } = this.#options;
    const bearer = await token().catch((cause: unknown) => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new TriadError('DEPLOY_CREDENTIALS_MISSING', { reason }, { cause });
    });
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    try {
      return await fetch(url, {
        method,
        headers: {
          authorization: `Bearer ${bearer}`,
          ...(text !== undefined && { 'content-type': 'application/json' }),
        },
        ...(text !== undefined && { body: text }),
        signal: AbortSignal.timeout(limitMs),
      });
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  /** What the answer asks for, or twice as long as before, in milliseconds. */
  #delayMs(answer: Response | Error, attempt: number): number {
    const { clock, random } = this.#options;
    const header = answer instanceof Response ? answer.headers.get('retry-after') : undefined;
    const asked = retryAfterMs(header, clock.now()) ?? 0;
    return asked > 0 ? Math.min(asked, pauses.maxMs) : backoff(attempt + 1, pauses, random);
  }
}

async function failureOf(answer: Response | Error, { action }: Asked): Promise<TriadError> {
  if (!(answer instanceof Response)) {
    const reason = fetchFailure(answer);
    return new TriadError('DEPLOY_CLOUD_UNAVAILABLE', { action, reason }, { cause: answer });
  }
  const text = await answer.text().catch(() => '');
  const body = jsonOf(text) as { error?: GoogleStatus } | undefined;
  const status = typeof body?.error === 'object' ? body.error : {};
  return errorOfStatus(
    { ...status, code: answer.status, message: status.message ?? `HTTP ${answer.status}` },
    action,
  );
}

/** An empty answer is an empty object; what is no JSON is nothing that anybody asked for. */
function jsonOf(text: string): unknown {
  if (text === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
