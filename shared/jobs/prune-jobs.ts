import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { StepKind } from '../contracts/step-kind.ts';
import { isSystemError } from '../errors/system-error.ts';
import { JobRecords } from './job-records.ts';

/**
 * Removes the folders of jobs that ended before `before`. A job that still runs keeps its folder
 * whatever its age.
 *
 * @param kind only jobs of this kind; without it, all
 * @returns how many were removed
 */
export async function pruneJobs(directory: string, before: Date, kind?: StepKind): Promise<number> {
  const records = new JobRecords(directory);
  const running = new Set(await records.running());
  let removed = 0;
  for (const id of await records.ids()) {
    if (running.has(id)) continue;
    const record = await records.read(id);
    if (!record?.end || record.end.endedAt >= before.toISOString()) continue;
    if (kind !== undefined && record.spec.kind !== kind) continue;
    await rm(records.folder(id).path, { recursive: true, force: true });
    removed += 1;
  }
  return removed;
}

/**
 * Removes what is directly in `directory` and was not written to since `before`: what processes that
 * died left half done.
 *
 * @returns how many were removed
 */
export async function sweepLeftovers(directory: string, before: Date): Promise<number> {
  let removed = 0;
  for (const name of await namesIn(directory)) {
    const path = join(directory, name);
    if (!(await isOlder(path, before))) continue;
    await rm(path, { recursive: true, force: true });
    removed += 1;
  }
  return removed;
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return [];
    throw error;
  }
}

/** What vanished meanwhile was in use. */
async function isOlder(path: string, before: Date): Promise<boolean> {
  try {
    return (await stat(path)).mtime < before;
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return false;
    throw error;
  }
}
