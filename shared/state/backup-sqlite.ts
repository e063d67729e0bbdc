import { existsSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { TriadError } from '../errors/triad-error.ts';
import { makeDirectory } from './make-directory.ts';
import { toStateError } from './state-error.ts';

/** More than any file has, and the most that SQLite takes. */
const ALL_PAGES = 2 ** 31 - 1;

/**
 * Copies the state file as of one moment, while it is in use: the copy is complete or not there.
 * Errors: `STATE_BACKUP_EXISTS`, `DISK_FULL`, `HOME_UNUSABLE`.
 */
export async function backupSqlite(file: string, target: string, name: string): Promise<void> {
  if (existsSync(target)) throw new TriadError('STATE_BACKUP_EXISTS', { name });
  makeDirectory(dirname(target));
  const partial = `${target}.partial`;
  rmSync(partial, { force: true });
  const source = new DatabaseSync(file, { readOnly: true });
  try {
    // All pages in one step: between steps a writer could make it begin anew, for ever.
    await backup(source, partial, { rate: ALL_PAGES });
    renameSync(partial, target);
  } catch (error) {
    throw toStateError(error, target);
  } finally {
    source.close();
    rmSync(partial, { force: true });
  }
}
