import { access, constants, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isSystemError } from '@triad/shared/errors/system-error.ts';
import { type DoctorCheck, fail, ok, warn } from './finding.ts';

const MIB = 1024 ** 2;
/** A small run needs about this much. */
const LEAST_FREE_MIB = 200;
const COMFORTABLE_FREE_MIB = 2048;

export const checkHome: DoctorCheck = {
  name: 'home',
  async examine({ context }) {
    const { home } = context.config;
    const existing = await nearestExisting(home);
    try {
      await access(existing, constants.W_OK | constants.X_OK);
      return ok(existing === home ? home : `${home}, made at the first start`);
    } catch {
      const remedy = 'Make it writable, or set TRIAD_HOME to another directory.';
      return fail(`${existing} is not a writable directory`, remedy);
    }
  },
};

export const checkDisk: DoctorCheck = {
  name: 'disk space',
  async examine({ context }) {
    const { bavail, bsize } = await statfs(await nearestExisting(context.config.home));
    const freeMiB = Math.floor((bavail * bsize) / MIB);
    const detail = `${freeMiB} MiB free`;
    const remedy = 'Free space on that disk, or set TRIAD_HOME to a directory on another.';
    if (freeMiB < LEAST_FREE_MIB) return fail(detail, remedy);
    return freeMiB < COMFORTABLE_FREE_MIB ? warn(detail, remedy) : ok(detail);
  },
};

async function nearestExisting(directory: string): Promise<string> {
  try {
    await access(directory);
    return directory;
  } catch (error) {
    const parent = dirname(directory);
    if (!isSystemError(error, 'ENOENT') || parent === directory) return directory;
    return nearestExisting(parent);
  }
}
