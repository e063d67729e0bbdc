import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { BigQuery } from '@google-cloud/bigquery';
import type { AuthClient } from 'google-auth-library';
import { googleAuth } from '../access/google-auth.ts';
import { type Clock, sleep } from '../clock/clock.ts';
import { orAborted, unlessStalled } from '../concurrency/unless-stalled.ts';
import { retryAfterMs } from '../http/retry-after.ts';
import { failureOf, isProjectMissing, isTransient } from './bigquery-error.ts';
import type { BigQueryOptions } from './bigquery-options.ts';

const attempts = 6;
const firstPauseMs = 1000;
const longestPauseMs = 32_000;
/** How long an upload may be silent, in milliseconds. */
const stallMs = 60_000;

const jsonPart = new Headers({ 'content-type': 'application/json' });
const filePart = new Headers({ 'content-type': 'application/octet-stream' });

export interface ApiRequest {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below the project, such as `/datasets`. */
  path: string;
  query?: Record<string, string | number | boolean | undefined>;
  body?: object;
}

const scopes = 'https://www.googleapis.com/auth/bigquery';

/**
 * The SDK's client; nothing is sent before it is used. Where there are no credentials it throws at
 * once; the SDK would ask as nobody.
 */
export async function newClient({
  project,
  location,
  endpoint,
  anonymous,
}: BigQueryOptions): Promise<BigQuery> {
  const [{ BigQuery }, { PassThroughClient }] = await Promise.all([
    import('@google-cloud/bigquery'),
    import('google-auth-library'),
  ]);
  return new BigQuery({
    projectId: project,
    ...(location && { location }),
    ...(endpoint && { apiEndpoint: endpoint }),
    // Its types do not say that it takes one of these, too.
    authClient: (anonymous ? new PassThroughClient() : await googleAuth({ scopes })) as AuthClient,
    // We try again ourselves, by the clock that is given, and as long as the service asks for.
    retryOptions: { autoRetry: false },
  });
}

/**
 * BigQuery's REST API by the SDK's client, which knows who we are. What may well succeed the next
 * time is tried again, so that every request must be one that does no harm when it is sent twice.
 * What is thrown is the SDK's error.
 */
export class BigQueryApi {
  readonly client: BigQuery;
  readonly #clock: Clock;
  readonly #signal: AbortSignal | undefined;

  constructor(client: BigQuery, clock: Clock, signal?: AbortSignal) {
    this.client = client;
    this.#clock = clock;
    this.#signal = signal;
  }

  call<T>(request: ApiRequest): Promise<T> {
    return this.persist(() => this.#once<T>(request));
  }

  /** As `call`; `undefined` where there is no such thing in the project. */
  async find<T>(request: ApiRequest): Promise<T | undefined> {
    try {
      return await this.call<T>(request);
    } catch (error) {
      const failure = failureOf(error);
      if (failure.status !== 404 || isProjectMissing(failure, this.client.projectId)) throw error;
      return undefined;
    }
  }

  /**
   * Sends a file along with a job that loads it. Not tried again by itself. It is broken off when no
   * byte has moved for a while, as a connection that is lost is, and when the work is to stop.
   */
  upload<T>(project: string, job: object, path: string): Promise<T> {
    return unlessStalled({ clock: this.#clock, stallMs }, async (moved, stalled) => {
      // Not by the SDK's own requests: they cannot be broken off, nor tell how far they have come.
      const sent = this.client.authClient.request<T>({
        method: 'POST',
        url: `${this.client.apiEndpoint}/upload/bigquery/v2/projects/${project}/jobs`,
        params: { uploadType: 'multipart' },
        multipart: [
          { headers: jsonPart, content: JSON.stringify(job) },
          { headers: filePart, content: Readable.from(chunksOf(path, moved)) },
        ],
        responseType: 'json',
        signal: this.#signal ? AbortSignal.any([stalled, this.#signal]) : stalled,
      });
      const { data } = await orAborted(stalled, sent);
      return data;
    });
  }

  /** Does something, again and again while what keeps it is transient. */
  async persist<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        const failure = failureOf(error);
        if (attempt === attempts || !isTransient(failure) || this.isStopped) throw error;
        const backoff = Math.min(firstPauseMs * 2 ** (attempt - 1), longestPauseMs);
        await this.pause(retryAfterMs(failure.retryAfter, this.#clock.now()) || backoff);
      }
    }
  }

  get isStopped(): boolean {
    return this.#signal?.aborted ?? false;
  }

  /** Waits, at most until the work is to stop. */
  pause(ms: number): Promise<void> {
    return sleep(this.#clock, ms, this.#signal);
  }

  /** What the work gives, or `stopped` as soon as it is to stop. */
  unlessStopped<T>(work: () => Promise<T>): Promise<T | 'stopped'> {
    const signal = this.#signal;
    if (!signal) return work();
    return new Promise((resolve, reject) => {
      const stop = () => resolve('stopped');
      if (signal.aborted) return stop();
      signal.addEventListener('abort', stop, { once: true });
      work()
        .then(resolve, reject)
        .finally(() => signal.removeEventListener('abort', stop));
    });
  }

  #once<T>({ method = 'GET', path, query = {}, body }: ApiRequest): Promise<T> {
    const given = Object.entries(query).filter(([, value]) => value !== undefined);
    return new Promise((resolve, reject) => {
      this.client.request(
        { method, uri: path, qs: Object.fromEntries(given), ...(body && { json: body }) },
        (error: unknown, answer: T) => (error ? reject(error) : resolve(answer)),
      );
    });
  }
}

/** A file, piece by piece, as fast as the receiver takes them. */
async function* chunksOf(path: string, taken: () => void): AsyncGenerator<Buffer> {
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 })) {
    taken();
    yield chunk;
  }
}
