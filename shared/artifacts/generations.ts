import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isSystemError } from '../errors/system-error.ts';

/*
 * A file is its own first generation. Overwrite N is a file `.name.generations/N` beside it, made
 * by an exclusive link and never removed: whoever links N + 1 has replaced exactly N, and a writer
 * that dies has linked either a whole generation or none. The highest number is the current one.
 *
 * Names are looked at synchronously: that takes microseconds, a turn of the thread pool many more.
 */

const generationsOf = (file: string) => join(dirname(file), `.${basename(file)}.generations`);

/** The file that holds generation `n` (from 1) of `file`. */
export const generationFile = (file: string, n: number): string =>
  n === 1 ? file : join(generationsOf(file), String(n));

/** The current generation of `file`; 0 when there is none. */
export function currentGeneration(file: string): number {
  const overwrites = namesIn(generationsOf(file));
  if (overwrites.length > 0) return Math.max(...overwrites.map(Number));
  return isFile(file) ? 1 : 0;
}

/** What is in a directory; nothing when there is none. */
export function namesIn(directory: string): string[] {
  // Asked first, because most often there is none, and an error costs more than the question.
  if (!statSync(directory, { throwIfNoEntry: false })) return [];
  try {
    return readdirSync(directory);
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}

const isFile = (file: string): boolean =>
  statSync(file, { throwIfNoEntry: false })?.isFile() === true;
