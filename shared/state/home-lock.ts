import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { TriadError } from '../errors/triad-error.ts';
import { makeDirectory } from './make-directory.ts';
import { toStateError } from './state-error.ts';

/** SQLite's code for a lock that another process holds (sqlite.org/rescode.html). */
const SQLITE_BUSY = 5;

/** Keeps locks from the garbage collector, which would close the file and so release the lock. */
const held = new Set<DatabaseSync>();

/**
 * Takes the exclusive lock of a home, or throws `HOME_IN_USE`, `HOME_UNUSABLE` or `DISK_FULL`. The operating system releases it
 * when the process ends, however it ends, so that no stale lock is ever left.
 *
 * @param owner what is known of the holder, for the message, such as " (process 4711)"
 * @returns releases the lock
 */
export function lockHome(home: string, lockFile: string, owner: () => string): () => void {
  makeDirectory(dirname(lockFile));
  const file = openFile(lockFile);
  try {
    file.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    file.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) {
      throw new TriadError('HOME_IN_USE', { home, owner: owner() }, { cause: error });
    }
    throw toStateError(error, lockFile);
  }
  held.add(file);
  return () => {
    held.delete(file);
    file.close();
  };
}

function openFile(path: string): DatabaseSync {
  try {
    return new DatabaseSync(path);
  } catch (error) {
    throw toStateError(error, path);
  }
}

/** Who holds a home, as its `system.json` tells: " (process 4711)", or nothing when it does not. */
export function describeHolder(systemFile: string): string {
  try {
    const { pid } = JSON.parse(readFileSync(systemFile, 'utf8')) as { pid?: unknown };
    return typeof pid === 'number' ? ` (process ${pid})` : '';
  } catch {
    return '';
  }
}
