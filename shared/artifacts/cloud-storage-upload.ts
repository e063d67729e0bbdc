import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { FileMetadata } from '@google-cloud/storage';
import { orAborted, unlessStalled } from '../concurrency/unless-stalled.ts';
import { TriadError } from '../errors/triad-error.ts';
import type { OpenBucket } from './cloud-storage-bucket.ts';
import { difference } from './cloud-storage-download.ts';
import { failureOf } from './cloud-storage-failure.ts';
import { type Patience, persevere, untilIntact } from './cloud-storage-patience.ts';

/** What is sent: a body that is held in memory, or a local file in chunks. */
export type Content = { body: Buffer } | { file: string; chunkBytes: number };

export interface UploadRequest {
  open: OpenBucket;
  /** Name of the object. */
  name: string;
  /** As errors name it. */
  path: string;
  content: Content;
  /** Of the content. The server refuses other bytes. */
  bytes: number;
  crc32c: string;
  /** The generation that is replaced; `0` when there must be none. Without it, whatever is there. */
  replaces?: string;
  /** Of this write and no other. It is kept with the object. */
  writeId: string;
  patience: Patience;
}

const writeKey = 'triad-write';

/**
 * Writes an object and gives what the server then holds.
 *
 * An answer can be lost after the server did what it was asked, and asking again would meet the
 * own write as somebody else's. So each object carries the id of its write, by which the writer
 * knows it again. A precondition that does not hold is an error of kind `conflict`.
 */
export function upload(request: UploadRequest): Promise<FileMetadata> {
  return untilIntact(request.patience, () => {
    // A session lasts through lost connections, and not through bytes that arrived changed.
    const session: Session = {};
    let mayBeThere = false;
    return persevere(request.patience, async (progressed) => {
      const done = mayBeThere ? await ownWrite(request) : undefined;
      if (done) return done;
      try {
        return await confirmed(request, await send(request, session, progressed));
      } catch (error) {
        const { kind } = failureOf(error, request.patience.clock.now());
        const own = mayBeThere && kind === 'conflict' ? await ownWrite(request) : undefined;
        if (own) return own;
        mayBeThere = true;
        throw error;
      }
    });
  });
}

/** The resumable upload under way, by the address that the server gave it. */
interface Session {
  uri?: string;
}

function send(
  request: UploadRequest,
  session: Session,
  progressed: () => void,
): Promise<FileMetadata> {
  const { content } = request;
  return 'body' in content
    ? sendWhole(request, content.body)
    : sendInChunks({ ...request, content }, session, progressed);
}

const optionsOf = ({ crc32c, writeId, replaces }: UploadRequest) => ({
  // We compare by ourselves: the SDK would delete whatever is there by then.
  validation: false,
  metadata: { crc32c, metadata: { [writeKey]: writeId } },
  ...(replaces !== undefined && { preconditionOpts: { ifGenerationMatch: replaces } }),
});

function sendWhole(request: UploadRequest, body: Buffer): Promise<FileMetadata> {
  const file = request.open.bucket.file(request.name);
  return unlessStalled(request.patience, async (moved, stalled) => {
    const saved = file.save(body, {
      ...optionsOf(request),
      resumable: false,
      onUploadProgress: moved,
    });
    await orAborted(stalled, saved);
    return file.metadata;
  });
}

interface SdkAnswer {
  status: number;
  statusText?: string;
  headers?: unknown;
  data?: unknown;
}

/**
 * Sends a file from its beginning, or, in a session, from where the server has it. The SDK asks the
 * server for that place and skips the bytes before it.
 */
async function sendInChunks(
  request: UploadRequest & { content: { file: string; chunkBytes: number } },
  session: Session,
  progressed: () => void,
): Promise<FileMetadata> {
  const { content, open, name, patience } = request;
  const file = open.bucket.file(name);
  let answer: SdkAnswer | undefined;
  try {
    await unlessStalled(patience, async (moved, stalled) => {
      const target = file.createWriteStream({
        ...optionsOf(request),
        resumable: true,
        chunkSize: content.chunkBytes,
        ...(session.uri !== undefined && { uri: session.uri }),
      });
      target.on('uri', (uri: string) => {
        session.uri = uri;
      });
      target.on('progress', moved);
      target.on('response', (response: SdkAnswer) => {
        answer = response;
        if (response.status === 308) progressed();
      });
      await pipeline(createReadStream(content.file, { highWaterMark: 1 << 18 }), target, {
        signal: stalled,
      });
    });
  } catch (error) {
    // The SDK keeps neither the headers nor always the status of the answer that ended an upload.
    const failed = answer && answer.status > 308 ? answerError(answer) : error;
    const { status, kind } = failureOf(failed, patience.clock.now());
    const sessionIsGone = session.uri !== undefined && (status === 404 || status === 410);
    if (sessionIsGone || kind === 'corrupt') delete session.uri;
    if (sessionIsGone) throw answerError({ status: 503, statusText: 'the upload session is gone' });
    throw failed;
  }
  return file.metadata;
}

const answerError = (answer: SdkAnswer): Error =>
  Object.assign(new Error(answer.statusText || `status ${answer.status}`), {
    code: answer.status,
    response: answer,
  });

/** The metadata of the object when it was written by this very request. */
async function ownWrite(request: UploadRequest): Promise<FileMetadata | undefined> {
  try {
    const metadata = await metadataOf(request);
    return metadata.metadata?.[writeKey] === request.writeId
      ? await confirmed(request, metadata)
      : undefined;
  } catch (error) {
    const { kind } = failureOf(error, request.patience.clock.now());
    if (kind === 'not found') return undefined;
    throw error;
  }
}

/** What the server says about an object. */
export async function metadataOf({
  open,
  name,
  patience,
}: Pick<UploadRequest, 'open' | 'name' | 'patience'>): Promise<FileMetadata> {
  const [metadata] = await unlessStalled(patience, (_, stalled) =>
    orAborted(stalled, open.bucket.file(name).getMetadata()),
  );
  return metadata;
}

/**
 * What the server holds, when it is what was meant. Otherwise that generation, and no later one, is
 * removed: a server that did not look at the checksum has let changed bytes in.
 */
async function confirmed(
  { open, name, path, bytes, crc32c }: UploadRequest,
  metadata: FileMetadata,
): Promise<FileMetadata> {
  const stored = { bytes: Number(metadata.size), crc32c: String(metadata.crc32c) };
  const reason = difference(stored, { bytes, crc32c });
  if (!reason) return metadata;
  const changed = open.bucket.file(name, { generation: String(metadata.generation) });
  await changed.delete({ ignoreNotFound: true });
  throw new TriadError('ARTIFACT_CORRUPT', { path, reason });
}
