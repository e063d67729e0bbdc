import { hash } from 'node:crypto';
import type { ArtifactReference } from '../contracts/artifact-reference.ts';
import { TriadError } from '../errors/triad-error.ts';
import type { ArtifactStore } from './artifact-store.ts';

/** What `body` at `path` is referred to by. */
export const referenceTo = (path: string, body: string): ArtifactReference => ({
  path,
  bytes: Buffer.byteLength(body),
  sha256: hash('sha256', body),
});

/** Writes what may be there already. Another body at that path is `ARTIFACT_CONFLICT`. */
export async function putOnce(
  artifacts: ArtifactStore,
  path: string,
  body: string,
): Promise<ArtifactReference> {
  const reference = referenceTo(path, body);
  try {
    await artifacts.put(path, body, { absent: true });
  } catch (error) {
    if (!(error instanceof TriadError) || error.code !== 'ARTIFACT_CONFLICT') throw error;
    const found = await artifacts.digest(path);
    if (found?.sha256 !== reference.sha256) throw error;
  }
  return reference;
}

/** What a reference refers to: `ARTIFACT_MISSING` or `MANIFEST_MISMATCH` when that is gone or changed. */
export async function getPinned(
  artifacts: ArtifactStore,
  { path, bytes, sha256 }: ArtifactReference,
): Promise<Buffer> {
  const found = await artifacts.get(path);
  if (!found) throw new TriadError('ARTIFACT_MISSING', { path });
  const { body } = found;
  const digest = hash('sha256', body);
  if (body.byteLength === bytes && digest === sha256) return body;
  const expected = `${bytes} bytes with SHA-256 ${sha256}`;
  const actual = `${body.byteLength} with ${digest}`;
  throw new TriadError('MANIFEST_MISMATCH', { path, expected, actual });
}
