import { pathToFileURL } from 'node:url';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { Job } from '@triad/shared/jobs/job.ts';

/**
 * The jobs of `TRIAD_IN_PROCESS_JOBS`, warmed up: each module's default export. `CONFIG_INVALID`
 * for a name that is taken, a module that cannot be loaded, and an export that is no job.
 */
export async function loadInProcessJobs(
  modules: Readonly<Record<string, string>>,
  taken: readonly string[],
): Promise<Record<string, Job>> {
  const jobs: Record<string, Job> = {};
  for (const [name, file] of Object.entries(modules)) {
    if (taken.includes(name)) throw invalid(`expected no job named ${name}, which exists already`);
    jobs[name] = await loadJob(name, file);
  }
  return jobs;
}

async function loadJob(name: string, file: string): Promise<Job> {
  let found: { default?: unknown };
  try {
    found = await import(pathToFileURL(file).href);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw invalid(`expected ${name} to name a module, but it cannot be loaded: ${reason}`, error);
  }
  const job = found.default;
  if (!isJob(job)) throw invalid(`expected the default export of ${file} to be a job`);
  await job.warmUp?.();
  return job;
}

function isJob(value: unknown): value is Job {
  if (typeof value !== 'object' || value === null) return false;
  const { name, handlers } = value as Partial<Job>;
  if (typeof name !== 'string' || typeof handlers !== 'object' || handlers === null) return false;
  const all = Object.values(handlers);
  return all.length > 0 && all.every((handler) => typeof handler === 'function');
}

const invalid = (expected: string, cause?: unknown) =>
  new TriadError('CONFIG_INVALID', { field: 'TRIAD_IN_PROCESS_JOBS', expected }, { cause });
