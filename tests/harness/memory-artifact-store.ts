import { hash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkArtifactPath } from '@triad/shared/artifacts/artifact-path.ts';
import type {
  Artifact,
  ArtifactStore,
  Precondition,
} from '@triad/shared/artifacts/artifact-store.ts';
import type { ArtifactReference } from '@triad/shared/contracts/artifact-reference.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** Artifacts in memory, for simulations in which no time may pass outside of the fake clock. */
export class MemoryArtifactStore implements ArtifactStore {
  readonly #stored = new Map<string, { body: Buffer; generation: number }>();

  async put(
    path: string,
    body: string | Uint8Array,
    precondition?: Precondition,
  ): Promise<Artifact> {
    checkArtifactPath(path);
    const current = this.#stored.get(path)?.generation ?? 0;
    const isMet =
      !precondition ||
      ('absent' in precondition ? current === 0 : precondition.generation === String(current));
    if (!isMet) throw new TriadError('ARTIFACT_CONFLICT', { path });
    const stored = { body: Buffer.from(body), generation: current + 1 };
    this.#stored.set(path, stored);
    return artifactOf(path, stored);
  }

  async putFile(path: string, localFile: string): Promise<ArtifactReference> {
    checkArtifactPath(path);
    const body = await readFile(localFile);
    await rm(localFile);
    await this.put(path, body);
    return referenceOf(path, body);
  }

  async get(path: string): Promise<{ body: Buffer; artifact: Artifact } | undefined> {
    checkArtifactPath(path);
    const stored = this.#stored.get(path);
    return stored && { body: stored.body, artifact: artifactOf(path, stored) };
  }

  async localFile(path: string): Promise<string> {
    const found = await this.get(path);
    if (!found) throw new TriadError('ARTIFACT_MISSING', { path });
    const file = join(await temporaryDirectory(), 'artifact');
    await writeFile(file, found.body);
    return file;
  }

  async stat(path: string): Promise<Artifact | undefined> {
    return (await this.get(path))?.artifact;
  }

  async digest(path: string): Promise<ArtifactReference | undefined> {
    const found = await this.get(path);
    return found && referenceOf(path, found.body);
  }

  async list(prefix: string): Promise<Artifact[]> {
    if (prefix !== '') checkArtifactPath(prefix.replace(/\/$/, ''));
    return [...this.#stored]
      .filter(([path]) => path.startsWith(prefix))
      .map(([path, stored]) => artifactOf(path, stored))
      .sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  async deletePrefix(prefix: string): Promise<void> {
    checkArtifactPath(prefix.replace(/\/$/, ''));
    for (const path of this.#stored.keys()) if (path.startsWith(prefix)) this.#stored.delete(path);
  }

  async check(): Promise<void> {}
}

const artifactOf = (path: string, stored: { body: Buffer; generation: number }): Artifact => ({
  path,
  bytes: stored.body.length,
  generation: String(stored.generation),
});

const referenceOf = (path: string, body: Buffer): ArtifactReference => ({
  path,
  bytes: body.length,
  sha256: hash('sha256', body),
});
