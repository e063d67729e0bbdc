import { linkSync, mkdirSync } from 'node:fs';
import { copyFile, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isSystemError } from '../errors/system-error.ts';

/** Makes a file's content, or a directory's entries, survive a power cut. */
export async function syncToDisk(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** `mkdir -p` whose new directories survive a power cut. */
export async function makeDirectoryDurably(directory: string): Promise<void> {
  await Promise.all(makeDirectory(directory).map(syncToDisk));
}

/** Gives `source` the further name `target` for good; false when that name is taken. */
export async function giveNameDurably(source: string, target: string): Promise<boolean> {
  const changed = link(source, target);
  // Together, because a file system writes what is asked for at one time in one go.
  await Promise.all(changed?.map(syncToDisk) ?? []);
  return changed !== undefined;
}

/** The same, until a power cut. */
export const giveName = async (source: string, target: string): Promise<boolean> =>
  link(source, target) !== undefined;

/** @returns the directories that changed; `undefined` when the name is taken */
function link(source: string, target: string): string[] | undefined {
  const directory = dirname(target);
  const changed = makeDirectory(directory);
  try {
    linkSync(source, target);
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return undefined;
    throw error;
  }
  return [directory, ...changed];
}

/** `mkdir -p`. @returns the directories that got a new one */
function makeDirectory(directory: string): string[] {
  const first = mkdirSync(directory, { recursive: true });
  if (first === undefined) return [];
  const parents: string[] = [];
  for (let made = directory; made.length >= first.length; made = dirname(made)) {
    parents.push(dirname(made));
  }
  return parents;
}

/** Renames a file, also to another file system. */
export async function move(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!isSystemError(error, 'EXDEV')) throw error;
    await copyFile(from, to);
    await rm(from);
  }
}
