import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isSystemError } from '@triad/shared/errors/system-error.ts';
import type { FileListing, ListedFile } from './file-listing.ts';

/** Files of this machine. Links to files count as files; links to directories are not followed. */
export class LocalFileListing implements FileListing {
  async *list(location: URL, signal: AbortSignal): AsyncIterable<ListedFile> {
    const path = fileURLToPath(location);
    const found = await statOf(path);
    if (found?.isDirectory()) yield* below(path, '', signal);
    else if (found) yield fileOf(basename(path), found);
  }
}

async function* below(
  root: string,
  folder: string,
  signal: AbortSignal,
): AsyncIterable<ListedFile> {
  signal.throwIfAborted();
  const entries: Dirent[] = await readdir(join(root, folder), { withFileTypes: true });
  for (const entry of entries) {
    const name = join(folder, entry.name);
    if (entry.isDirectory()) {
      yield* below(root, name, signal);
      continue;
    }
    // What vanished since it was listed is not there.
    const found = await statOf(join(root, name));
    if (found?.isFile()) yield fileOf(name, found);
  }
}

type Stat = Awaited<ReturnType<typeof stat>>;

async function statOf(path: string): Promise<Stat | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (isSystemError(error, 'ENOENT') || isSystemError(error, 'ENOTDIR')) return undefined;
    throw error;
  }
}

const fileOf = (name: string, { size, mtime }: Stat): ListedFile => ({
  name,
  bytes: Number(size),
  modifiedAt: mtime,
});
