import { open, rename, rm } from 'node:fs/promises';
import { systemClock } from '@triad/shared/clock/clock.ts';
import { loadConfigWithSecrets } from '@triad/shared/config/config.ts';
import { googleSecretReader } from '@triad/shared/config/google-secret-reader.ts';
import { isSystemError } from '@triad/shared/errors/system-error.ts';
import { TriadError, toTriadError } from '@triad/shared/errors/triad-error.ts';
import { exportState } from '@triad/shared/state/export-state.ts';
import { importState } from '@triad/shared/state/import-state.ts';
import { fileLines } from './file-lines.ts';
import { type OpenState, openState } from './open-state.ts';

/*
 * node orchestrator/state-main.ts export|import <file>
 *
 * Prints one JSON document: {"rows": …}, or {"error": …} and exits with 1. On SQLite the system must
 * be down, since only one process may have the file.
 */

const [action, file = ''] = process.argv.slice(2);

try {
  const clock = systemClock;
  const config = await loadConfigWithSecrets(googleSecretReader());
  const state = await openState(config, clock.now());
  const rows = await (action === 'import' ? read(state) : write(state, clock.now())).finally(() =>
    state.close(),
  );
  process.stdout.write(`${JSON.stringify({ rows })}\n`);
} catch (error) {
  process.stdout.write(`${JSON.stringify({ error: toTriadError(error).report() })}\n`);
  process.exitCode = 1;
}

/** The file has its name only when it is complete. */
async function write({ db }: OpenState, now: Date): Promise<number> {
  const partial = `${file}.partial`;
  try {
    const handle = await open(partial, 'w');
    try {
      const rows = await exportState(db, now, (line) => handle.appendFile(`${line}\n`));
      await handle.sync();
      await rename(partial, file);
      return rows;
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw toFileError(error);
  } finally {
    await rm(partial, { force: true });
  }
}

async function read({ db, where }: OpenState): Promise<number> {
  try {
    return await importState(db, fileLines(file), { file, where });
  } catch (error) {
    throw toFileError(error);
  }
}

function toFileError(error: unknown): unknown {
  if (isSystemError(error, 'ENOSPC', 'EDQUOT')) {
    return new TriadError('DISK_FULL', { path: file }, { cause: error });
  }
  if (!isSystemError(error, 'ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES', 'EROFS')) return error;
  const reason = error.message;
  return new TriadError(
    'FILE_INVALID',
    { path: file, format: 'an export', reason },
    { cause: error },
  );
}
