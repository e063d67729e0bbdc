import { realpathSync, statSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { isSystemError } from '../errors/system-error.ts';
import { TriadError } from '../errors/triad-error.ts';

/** A leading dot is the store's own: `..` and the hidden names of generations and temporary files. */
const segment = /^[A-Za-z0-9_=:-][A-Za-z0-9._=:-]*$/;

/** Leaves room for the hidden name of the generations in a file system's 255 bytes. */
const longestSegment = 200;

/** Throws `ARTIFACT_PATH_INVALID` unless `path` is made of allowed segments. */
export function checkArtifactPath(path: string): void {
  for (const part of path.split('/')) {
    if (part === '') throw invalid(path, 'it is absolute or has an empty part');
    if (part.startsWith('.')) throw invalid(path, 'a part starts with a dot');
    if (part.length > longestSegment)
      throw invalid(path, `a part exceeds ${longestSegment} letters`);
    if (!segment.test(part)) throw invalid(path, 'it has a character that is not allowed');
  }
}

/**
 * The file of artifact `path` under `root`, which must be a real path. Symbolic links are followed
 * as far as the path exists, and must not lead out of the root.
 */
export function confinePath(root: string, path: string): string {
  checkArtifactPath(path);
  const file = join(root, path);
  const real = realPathOfExisting(file);
  if (real !== root && !real.startsWith(root + sep)) {
    throw invalid(path, 'it leads out of the artifact store');
  }
  return file;
}

export const invalid = (path: string, reason: string) =>
  new TriadError('ARTIFACT_PATH_INVALID', { path: JSON.stringify(path), reason });

function realPathOfExisting(file: string): string {
  // Asked first, because an error costs more than the question; it may yet vanish in between.
  if (statSync(file, { throwIfNoEntry: false })) {
    try {
      return realpathSync.native(file);
    } catch (error) {
      if (!isSystemError(error, 'ENOENT', 'ENOTDIR')) throw error;
    }
  }
  return realPathOfExisting(dirname(file));
}
