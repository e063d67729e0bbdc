import { join } from 'node:path';

/** Where the files of one job are, under the directory of all jobs. */
export interface JobFolder {
  path: string;
  /** State of the job, as its launcher knows it. */
  record: string;
  /** Everything the job printed. */
  log: string;
  /** The job's own working space while it runs. */
  scratch: string;
  /** An empty file, whose time of change is the job's last sign of life. */
  heartbeat: string;
}

export function jobFolder(jobsDirectory: string, commandId: string): JobFolder {
  const path = join(jobsDirectory, commandId);
  return {
    path,
    record: join(path, 'job.json'),
    log: join(path, 'output.log'),
    scratch: join(path, 'scratch'),
    heartbeat: join(path, 'heartbeat'),
  };
}
