import { dirname } from 'node:path';
import { isSystemError } from '../errors/system-error.ts';
import { TriadError } from '../errors/triad-error.ts';

/** SQLite's result codes (sqlite.org/rescode.html). */
const sqlite = {
  perm: 3,
  readOnly: 8,
  corrupt: 11,
  full: 13,
  cantOpen: 14,
  notADatabase: 26,
  /** An extended code: there is no room for the shared memory of the write-ahead log. */
  sharedMemorySize: 4874,
};

/** Turns the failures of SQLite on the file at `path` that a user can act on into coded errors. */
export function toStateError(error: unknown, path: string): unknown {
  if (!(error instanceof Error && 'errcode' in error && typeof error.errcode === 'number')) {
    return error;
  }
  const cause = { cause: error };
  if (error.errcode === sqlite.sharedMemorySize)
    return new TriadError('DISK_FULL', { path }, cause);
  switch (error.errcode & 0xff) {
    case sqlite.full:
      return new TriadError('DISK_FULL', { path }, cause);
    case sqlite.corrupt:
    case sqlite.notADatabase:
      return new TriadError('STATE_CORRUPT', { path, reason: error.message }, cause);
    case sqlite.perm:
    case sqlite.readOnly:
    case sqlite.cantOpen:
      return new TriadError('HOME_UNUSABLE', { home: dirname(path), reason: error.message }, cause);
    default:
      return error;
  }
}

const unusable = [
  'EACCES',
  'EEXIST',
  'EISDIR',
  'ENAMETOOLONG',
  'ENOENT',
  'ENOTDIR',
  'EPERM',
  'EROFS',
];

/** Turns the failures of the file system that a user can act on into coded errors. */
export function toHomeError(error: unknown, home: string): unknown {
  if (isSystemError(error, 'ENOSPC', 'EDQUOT')) {
    return new TriadError('DISK_FULL', { path: error.path ?? home }, { cause: error });
  }
  if (!isSystemError(error, ...unusable)) return error;
  return new TriadError('HOME_UNUSABLE', { home, reason: error.message }, { cause: error });
}
