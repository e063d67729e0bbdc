import { createReadStream } from 'node:fs';

/** Size in bytes and SHA-256 in lower-case hex of a local file, read as a stream. */
export async function digestFile(file: string): Promise<{ bytes: number; sha256: string }> {
  // Loaded for the first file: it would be a tenth of a small job's start.
  const { createHash } = await import('node:crypto');
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}
