import { resolve } from 'node:path';
import type { Config } from '@triad/shared/config/config.ts';
import { containerJob } from '@triad/shared/contracts/container.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { JobProgram } from '@triad/shared/jobs/job-starter.ts';

const repository = resolve(import.meta.dirname, '..');

/** Triad's own jobs, in folders of these names. */
const ownJobs = ['sql-runner', 'trainer'];

const containerProgram = [
  process.execPath,
  resolve(repository, 'shared/jobs/container/container-main.ts'),
];

/**
 * The programs of all jobs: Triad's own, which wait warm, the one that runs the command of a
 * container step, and those of `TRIAD_JOBS`.
 */
export function jobPrograms(config: Config): Record<string, JobProgram> {
  const own = ownJobs.map((job): [string, JobProgram] => {
    const commandLine = [process.execPath, resolve(repository, job, 'main.ts')];
    return [job, { commandLine, warm: config.warmWorkers }];
  });
  const extra = Object.entries(config.extraJobs).map(([job, program]): [string, JobProgram] => {
    if (ownJobs.includes(job) || job === containerJob) {
      const expected = `expected no job named ${job}, which is Triad's own`;
      throw new TriadError('CONFIG_INVALID', { field: 'TRIAD_JOBS', expected });
    }
    return [job, program];
  });
  const container: JobProgram = { commandLine: containerProgram, warm: 0 };
  return Object.fromEntries([...own, [containerJob, container], ...extra]);
}
