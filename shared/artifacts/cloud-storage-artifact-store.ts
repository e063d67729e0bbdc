import { createHash, type Hash, randomInt, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import * as fs from 'node:fs/promises';
import type { File, FileMetadata, GetFilesOptions, GetFilesResponse } from '@google-cloud/storage';
import { type Clock, systemClock } from '../clock/clock.ts';
import { orAborted, unlessStalled } from '../concurrency/unless-stalled.ts';
import type { ArtifactReference } from '../contracts/artifact-reference.ts';
import { TriadError } from '../errors/triad-error.ts';
import { checkArtifactPath, invalid } from './artifact-path.ts';
import type { Artifact, ArtifactStore, Precondition } from './artifact-store.ts';
import { CachedFiles, FileSink } from './cached-files.ts';
import { type OpenBucket, openBucket } from './cloud-storage-bucket.ts';
import { type Downloaded, download, type Sink } from './cloud-storage-download.ts';
import { errorOf, failureOf } from './cloud-storage-failure.ts';
import { type Patience, persevere } from './cloud-storage-patience.ts';
import { type Content, metadataOf, upload } from './cloud-storage-upload.ts';

export interface CloudStorageArtifactStoreOptions {
  bucket: string;
  /** The folder of the bucket that the artifacts are in, such as `triad/main`. @default all of it */
  prefix?: string;
  /** For local copies; processes of one machine may share it. Made when it does not exist. */
  cacheDirectory: string;
  /** Of an emulator, which needs no credentials. @default Google's */
  endpoint?: string;
  clock?: Clock;
  /** Uniform in [0, 1), for pauses between attempts. */
  random?: () => number;
  /** A new id for each write. */
  newWriteId?: () => string;
  /** How long requests that fail are tried again, in seconds. @default 120 */
  patienceSeconds?: number;
  /** How long a connection may be silent, in seconds. @default 60 */
  stallSeconds?: number;
  /** Size of the pieces of a larger file, a multiple of 256 KiB; smaller files go whole. @default 8 MiB */
  chunkBytes?: number;
}

/** How many objects are deleted at a time. */
const deletedTogether = 16;

/**
 * Artifacts as objects of a bucket of Google Cloud Storage: the artifact `a/b` is the object
 * `<prefix>/a/b`, and its generation is the object's. Every write is whole or not there, in the
 * bucket that all services share.
 *
 * Errors besides those of the port: `ARTIFACT_STORE_DENIED`, `ARTIFACT_STORE_MISSING`,
 * `ARTIFACT_STORE_UNAVAILABLE` and `ARTIFACT_CORRUPT`, the last two when trying again did not help.
 */
export class CloudStorageArtifactStore implements ArtifactStore {
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #endpoint: string | undefined;
  readonly #chunkBytes: number;
  readonly #patience: Patience;
  readonly #newWriteId: () => string;
  readonly #cache: CachedFiles;
  #open: Promise<OpenBucket> | undefined;

  constructor(options: CloudStorageArtifactStoreOptions) {
    const { prefix = '', clock = systemClock } = options;
    const folder = prefix.replace(/\/$/, '');
    if (folder !== '') checkArtifactPath(folder);
    this.#bucket = options.bucket;
    this.#prefix = folder === '' ? '' : `${folder}/`;
    this.#endpoint = options.endpoint;
    this.#chunkBytes = options.chunkBytes ?? 8 << 20;
    this.#newWriteId = options.newWriteId ?? randomUUID;
    this.#cache = new CachedFiles(options.cacheDirectory, clock);
    this.#patience = {
      clock,
      random: options.random ?? (() => randomInt(2 ** 32) / 2 ** 32),
      attempts: 8,
      totalMs: (options.patienceSeconds ?? 120) * 1000,
      stallMs: (options.stallSeconds ?? 60) * 1000,
    };
  }

  put(path: string, body: string | Uint8Array, precondition?: Precondition): Promise<Artifact> {
    return this.#coded(path, async (open) => {
      checkArtifactPath(path);
      const bytes = Buffer.from(body);
      const crc32c = open.newCrc32c();
      crc32c.update(bytes);
      const described = { bytes: bytes.length, crc32c: String(crc32c) };
      const replaces = precondition && generationOf(path, precondition);
      return artifactOf(path, await this.#upload(path, { body: bytes }, described, replaces));
    });
  }

  putFile(path: string, localFile: string): Promise<ArtifactReference> {
    return this.#coded(path, async (open) => {
      checkArtifactPath(path);
      const found = await fs.lstat(localFile);
      if (!found.isFile()) throw invalid(path, `${localFile} is no plain file`);
      // Read once before, because the server is told at the beginning what must arrive.
      const { bytes, crc32c, sha256 } = await describe(open, localFile);
      const content: Content =
        bytes <= this.#chunkBytes
          ? { body: await fs.readFile(localFile) }
          : { file: localFile, chunkBytes: this.#chunkBytes };
      await this.#upload(path, content, { bytes, crc32c });
      await fs.rm(localFile);
      return { path, bytes, sha256 };
    });
  }

  async get(path: string): Promise<{ body: Buffer; artifact: Artifact } | undefined> {
    const found = await this.#download(path, () => new MemorySink());
    if (!found) return undefined;
    const { sink, bytes, generation } = found;
    return { body: Buffer.concat(sink.chunks, bytes), artifact: { path, bytes, generation } };
  }

  async localFile(path: string): Promise<string> {
    for (;;) {
      const found = await this.stat(path);
      if (!found) throw new TriadError('ARTIFACT_MISSING', { path });
      const { bytes, generation } = found;
      const file = this.#cache.fileFor(`gs://${this.#bucket}/${this.#prefix}${path}`, generation);
      if (await this.#cache.has(file, bytes)) return file;
      const isAdded = await this.#cache.add(file, async (temporary) => {
        const open = () => FileSink.open(temporary);
        return (await this.#download(path, open, generation)) !== undefined;
      });
      // Otherwise it was replaced or deleted in between.
      if (isAdded) return file;
    }
  }

  stat(path: string): Promise<Artifact | undefined> {
    return this.#coded(path, async (open) => {
      checkArtifactPath(path);
      const request = { open, name: this.#prefix + path, patience: this.#patience };
      const found = await this.#orNothing(open, () =>
        persevere(this.#patience, () => metadataOf(request)),
      );
      return found && artifactOf(path, found);
    });
  }

  async digest(path: string): Promise<ArtifactReference | undefined> {
    const found = await this.#download(path, () => new HashSink());
    return found && { path, bytes: found.bytes, sha256: found.sink.hash.digest('hex') };
  }

  list(prefix: string): Promise<Artifact[]> {
    return this.#coded(prefix, async (open) => {
      if (prefix !== '') checkArtifactPath(prefix.replace(/\/$/, ''));
      const artifacts: Artifact[] = [];
      for await (const { name, metadata } of this.#objects(open, prefix)) {
        const path = name.slice(this.#prefix.length);
        if (isArtifactPath(path)) artifacts.push(artifactOf(path, metadata));
      }
      return artifacts.sort((a, b) => (a.path < b.path ? -1 : 1));
    });
  }

  deletePrefix(prefix: string): Promise<void> {
    return this.#coded(prefix, async (open) => {
      checkArtifactPath(prefix.replace(/\/$/, ''));
      const found = await Array.fromAsync(this.#objects(open, prefix));
      for (let first = 0; first < found.length; first += deletedTogether) {
        const together = found.slice(first, first + deletedTogether);
        await Promise.all(together.map(({ name }) => this.#delete(open, name)));
      }
    });
  }

  /** Asks once: who checks will check again. */
  check(): Promise<void> {
    return this.#coded('', (open) => this.#firstPage(open, { ...this.#patience, attempts: 1 }));
  }

  async #upload(
    path: string,
    content: Content,
    described: { bytes: number; crc32c: string },
    replaces?: string,
  ): Promise<FileMetadata> {
    return upload({
      open: await this.#opened(),
      name: this.#prefix + path,
      path,
      content,
      ...described,
      ...(replaces !== undefined && { replaces }),
      writeId: this.#newWriteId(),
      patience: this.#patience,
    });
  }

  #download<S extends Sink>(
    path: string,
    sink: () => S | Promise<S>,
    generation?: string,
  ): Promise<Downloaded<S> | undefined> {
    return this.#coded(path, async (open) => {
      checkArtifactPath(path);
      const request = {
        ...{ open, name: this.#prefix + path, path, sink, patience: this.#patience },
        ...(generation !== undefined && { generation }),
      };
      return this.#orNothing(open, () => download(request));
    });
  }

  /** `undefined` when there is no such object, though there is a bucket. */
  async #orNothing<T>(open: OpenBucket, read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read();
    } catch (error) {
      if (failureOf(error, this.#patience.clock.now()).kind !== 'not found') throw error;
      // A bucket that was deleted must not look like an empty one.
      await this.#firstPage(open);
      return undefined;
    }
  }

  async *#objects(open: OpenBucket, prefix: string): AsyncGenerator<File> {
    let query: GetFilesOptions | null = { prefix: this.#prefix + prefix };
    while (query) {
      const [files, next]: GetFilesResponse = await this.#page(open, query, this.#patience);
      yield* files;
      query = next as GetFilesOptions | null;
    }
  }

  async #firstPage(open: OpenBucket, patience = this.#patience): Promise<void> {
    await this.#page(open, { prefix: this.#prefix, maxResults: 1 }, patience);
  }

  #page(open: OpenBucket, query: GetFilesOptions, patience: Patience): Promise<GetFilesResponse> {
    return persevere(patience, () =>
      unlessStalled(patience, (_, stalled) =>
        orAborted(stalled, open.bucket.getFiles({ ...query, autoPaginate: false })),
      ),
    );
  }

  async #delete(open: OpenBucket, name: string): Promise<void> {
    await persevere(this.#patience, () =>
      unlessStalled(this.#patience, (_, stalled) =>
        orAborted(stalled, open.bucket.file(name).delete({ ignoreNotFound: true })),
      ),
    );
  }

  /** Does `work`, whose errors leave here coded. */
  async #coded<T>(path: string, work: (open: OpenBucket) => Promise<T>): Promise<T> {
    try {
      return await work(await this.#opened());
    } catch (error) {
      const failure = failureOf(error, this.#patience.clock.now());
      throw errorOf(error, failure, { bucket: this.#bucket, path });
    }
  }

  #opened(): Promise<OpenBucket> {
    this.#open ??= openBucket(this.#bucket, this.#endpoint).catch((error: unknown) => {
      // Credentials may come later.
      this.#open = undefined;
      const failure = failureOf(error, this.#patience.clock.now());
      const kind = failure.kind === 'unavailable' ? failure.kind : 'denied';
      throw errorOf(error, { ...failure, kind }, { bucket: this.#bucket, path: '' });
    });
    return this.#open;
  }
}

class MemorySink implements Sink {
  readonly chunks: Buffer[] = [];
  write(chunk: Buffer): void {
    this.chunks.push(chunk);
  }
}

class HashSink implements Sink {
  readonly hash: Hash = createHash('sha256');
  write(chunk: Buffer): void {
    this.hash.update(chunk);
  }
}

const artifactOf = (path: string, { size, generation }: FileMetadata): Artifact => ({
  path,
  bytes: Number(size),
  generation: String(generation),
});

/** For the server, `0` means that nothing is there; no artifact has that generation. */
function generationOf(path: string, precondition: Precondition): string {
  if ('absent' in precondition) return '0';
  if (!/^[1-9]\d*$/.test(precondition.generation))
    throw new TriadError('ARTIFACT_CONFLICT', { path });
  return precondition.generation;
}

/** The bucket may hold objects of others, such as those that stand for folders. */
function isArtifactPath(path: string): boolean {
  try {
    checkArtifactPath(path);
    return true;
  } catch {
    return false;
  }
}

async function describe(
  open: OpenBucket,
  file: string,
): Promise<{ bytes: number; crc32c: string; sha256: string }> {
  const crc32c = open.newCrc32c();
  const sha256 = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
    crc32c.update(chunk);
    sha256.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, crc32c: String(crc32c), sha256: sha256.digest('hex') };
}
