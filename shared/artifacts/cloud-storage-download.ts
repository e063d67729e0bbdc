import type { Readable } from 'node:stream';
import { unlessStalled } from '../concurrency/unless-stalled.ts';
import { TriadError } from '../errors/triad-error.ts';
import type { OpenBucket } from './cloud-storage-bucket.ts';
import { failureOf } from './cloud-storage-failure.ts';
import { type Patience, persevere, untilIntact } from './cloud-storage-patience.ts';

/** Takes the bytes of one object, in order. */
export interface Sink {
  write(chunk: Buffer): void | Promise<void>;
  /** Called once, also after a failure. */
  close?(): Promise<void>;
}

export interface Downloaded<S> {
  sink: S;
  bytes: number;
  generation: string;
}

export interface DownloadRequest<S extends Sink> {
  open: OpenBucket;
  /** Name of the object. */
  name: string;
  /** As errors name it. */
  path: string;
  /** Without it, the one that is current when the download begins. */
  generation?: string;
  /** A new sink, for a first or a further pass over the object. */
  sink: () => S | Promise<S>;
  patience: Patience;
}

/**
 * Streams one generation of an object into a sink and compares its length and CRC32C with what the
 * server stored. A lost connection is taken up where it broke off; bytes that arrived changed are
 * fetched anew. Fails with the server's error when there is no such object.
 */
export async function download<S extends Sink>(
  request: DownloadRequest<S>,
): Promise<Downloaded<S>> {
  for (;;) {
    const done = await untilIntact(request.patience, () => pass(request));
    if (done !== 'overtaken') return done;
  }
}

/** The body, with the headers on it. */
type SdkResponse = Readable & { headers: Record<string, string> };

interface Stored {
  generation: string;
  bytes: number;
  crc32c: string;
}

async function pass<S extends Sink>({
  open,
  name,
  path,
  generation,
  sink: openSink,
  patience,
}: DownloadRequest<S>): Promise<Downloaded<S> | 'overtaken'> {
  const sink = await openSink();
  const crc32c = open.newCrc32c();
  let stored: Stored | undefined;
  let bytes = 0;

  const read = (progressed: () => void) =>
    unlessStalled(patience, async (moved, stalled) => {
      if (stored && bytes === stored.bytes) return;
      const pinned = stored?.generation ?? generation;
      const file = open.bucket.file(name, pinned === undefined ? {} : { generation: pinned });
      const stream = file.createReadStream({
        validation: false,
        ...(bytes > 0 && { start: bytes }),
      });
      stalled.addEventListener('abort', () => stream.destroy(stalled.reason));
      stream.once('response', (response: SdkResponse) => {
        // The SDK adds more of them than Node warns of, and always the same number.
        response.setMaxListeners(20);
        stored ??= storedOf(response.headers);
      });
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        moved();
        progressed();
        await sink.write(chunk);
        crc32c.update(chunk);
        bytes += chunk.length;
      }
      if (stored && bytes < stored.bytes) {
        throw Object.assign(new Error('the download broke off'), { code: 'ECONNRESET' });
      }
    });

  try {
    await persevere(patience, read);
  } catch (error) {
    const { kind } = failureOf(error, patience.clock.now());
    if (kind === 'not found' && stored && generation === undefined) return 'overtaken';
    throw error;
  } finally {
    await sink.close?.();
  }
  const reason = stored
    ? difference(stored, { bytes, crc32c: String(crc32c) })
    : 'they came without their checksum';
  if (!stored || reason) throw new TriadError('ARTIFACT_CORRUPT', { path, reason });
  return { sink, bytes, generation: stored.generation };
}

/** Of an answer with a body; `undefined` for one that does not say what it holds. */
function storedOf(headers: Record<string, string>): Stored | undefined {
  const generation = headers['x-goog-generation'];
  const bytes = headers['x-goog-stored-content-length'];
  const crc32c = /crc32c=([^,\s]+)/.exec(headers['x-goog-hash'] ?? '')?.[1];
  if (generation === undefined || bytes === undefined || crc32c === undefined) return undefined;
  return { generation, bytes: Number(bytes), crc32c };
}

/** What tells stored bytes from those that were meant; '' when nothing does. */
export function difference(
  stored: { bytes: number; crc32c: string },
  meant: { bytes: number; crc32c: string },
): string {
  if (stored.bytes !== meant.bytes) return `${stored.bytes} bytes there, ${meant.bytes} here`;
  if (stored.crc32c !== meant.crc32c) return `CRC32C ${stored.crc32c} there, ${meant.crc32c} here`;
  return '';
}
