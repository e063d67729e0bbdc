import { join } from 'node:path';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { backupSqlite } from '@triad/shared/state/backup-sqlite.ts';
import type { OpenState } from './open-state.ts';

/**
 * Copies the state into `directory` while it is in use, and returns the path of the copy. A database
 * server has its own means: `STATE_BACKUP_UNSUPPORTED`.
 */
export async function backupState(
  { file, where }: OpenState,
  directory: string,
  name: string,
): Promise<string> {
  if (file === undefined) throw new TriadError('STATE_BACKUP_UNSUPPORTED', { database: where });
  const target = join(directory, name);
  await backupSqlite(file, target, name);
  return target;
}
