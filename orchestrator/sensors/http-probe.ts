import { createHash } from 'node:crypto';
import { paramValue } from '@triad/shared/contracts/json.ts';
import type { HttpWatch } from '@triad/shared/contracts/sensor.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { fetchFailure } from '@triad/shared/http/fetch-failure.ts';
import type { SensorValue } from '@triad/shared/state/sensor-store.ts';
import { valueAt } from '../verify/json-pointer.ts';
import type { Look, Observation, Probe } from './probe.ts';

/** For the whole exchange, in milliseconds. */
const TIMEOUT_MS = 30_000;
/** Most bytes of a body that are read. */
const MOST_BYTES = 16 * 1024 * 1024;

/** Looks at what a GET answers. The answer 404 or 410 means that there is nothing. */
export class HttpProbe implements Probe<HttpWatch> {
  readonly #fetch: typeof fetch;

  constructor(fetcher: typeof fetch) {
    this.#fetch = fetcher;
  }

  async look(watch: HttpWatch, { signal }: Look): Promise<Observation> {
    const { url } = watch;
    try {
      const response = await this.#fetch(url, {
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      if (response.status === 404 || response.status === 410) {
        await response.body?.cancel();
        return { value: null, summary: `${response.status}: nothing there` };
      }
      if (!response.ok) {
        await response.body?.cancel();
        throw unreadable(url, `it answered ${response.status}`);
      }
      const value = await observedValue(watch, response);
      return { value, summary: `${watch.pointer ?? watch.value} is ${value ?? 'null'}` };
    } catch (error) {
      if (error instanceof TriadError) throw error;
      throw unreadable(url, fetchFailure(error), error);
    }
  }
}

async function observedValue(watch: HttpWatch, response: Response): Promise<SensorValue> {
  const { value, url, pointer = '' } = watch;
  if (value === 'etag' || value === 'last_modified') {
    const name = value === 'etag' ? 'etag' : 'last-modified';
    await response.body?.cancel();
    const header = response.headers.get(name);
    if (header !== null) return header;
    throw missing(url, `header ${name}`, 'the answer has none');
  }
  const body = await bodyOf(response, url);
  if (value === 'body_hash') return createHash('sha256').update(body).digest('hex');
  const found = valueAt(parseJson(body, url), pointer);
  if (found === null) return null;
  const parsed = paramValue.safeParse(found);
  if (parsed.success) return parsed.data;
  const reason = found === undefined ? 'there is none' : 'expected a string, number or boolean';
  throw missing(url, `value at ${pointer || 'its root'}`, reason);
}

async function bodyOf(response: Response, url: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    if (bytes > MOST_BYTES) throw unreadable(url, `its body is larger than ${MOST_BYTES} bytes`);
  }
  return Buffer.concat(chunks);
}

function parseJson(body: Buffer, url: string): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw unreadable(url, 'its body is not valid JSON', error);
  }
}

const unreadable = (location: string, reason: string, cause?: unknown) =>
  new TriadError('SENSOR_UNREADABLE', { location, reason }, { cause });

const missing = (location: string, value: string, reason: string) =>
  new TriadError('SENSOR_VALUE_MISSING', { location, value, reason });
