import { exitCodeOf } from '../errors/exit-code.ts';
import { toTriadError } from '../errors/triad-error.ts';
import { createLogger } from '../log/logger.ts';
import type { Job } from './job.ts';
import { type JobProcess, runJob } from './run-job.ts';

/**
 * Opens what a job needs, and makes this process that job. A configuration that cannot be used ends
 * it with one line that says what to correct, and a job's exit code: there is nobody to try again for.
 */
export async function startJob(
  name: string,
  open: () => Promise<{ job: Job; options: JobProcess }>,
): Promise<never> {
  const { job, options } = await open().catch((thrown: unknown) => {
    const error = toTriadError(thrown);
    const { code, fix } = error;
    const stack = code === 'INTERNAL' ? { err: thrown } : {};
    createLogger(name, 'info').error({ code, fix, ...stack }, error.message);
    process.exit(exitCodeOf(error));
  });
  return runJob(job, options);
}
