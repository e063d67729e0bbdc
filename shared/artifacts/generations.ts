import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isSystemError } from '../errors/system-error.ts';

/*
 * A file is its own first generation. Overwrite N is a file `.name.generations/N` beside it, made
 * by an exclusive link and never removed: whoever links N + 1 has replaced exactly N, and a writer
 * that dies has linked either a whole generation or none. The highest number is the current one.
 */

const generationsOf = (file: string) => join(dirname(file), `.${basename(file)}.generations`);

/** The file that holds generation `n` (from 1) of `file`. */
export const generationFile = (file: string, n: number): string =>
  n === 1 ? file : join(generationsOf(file), String(n));

/** The current generation of `file`; 0 when there is none. */
export async function currentGeneration(file: string): Promise<number> {
  const overwrites = await namesIn(generationsOf(file));
  if (overwrites.length > 0) return Math.max(...overwrites.map(Number));
  return (await isFile(file)) ? 1 : 0;
}

/** What is in a directory; nothing when there is none. */
export async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}

async function isFile(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isFile();
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return false;
    throw error;
  }
}
