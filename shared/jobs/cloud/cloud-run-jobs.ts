import type { JobLauncher } from '../job-launcher.ts';
import { CloudJobs } from './cloud-jobs.ts';
import type { CloudJobsOptions } from './cloud-jobs-options.ts';
import { CloudRunService, type CloudRunServiceOptions } from './cloud-run-service.ts';

export type CloudRunJobsOptions = CloudJobsOptions & CloudRunServiceOptions;

/** Each job is an execution of a Cloud Run job of its own. */
export class CloudRunJobs extends CloudJobs implements JobLauncher {
  readonly capabilities = {
    isolates: true,
    enforcesMemory: true,
    beats: false,
    survivesRestart: true,
    runsImages: true,
    accelerators: false,
  };

  constructor(options: CloudRunJobsOptions) {
    super(options, new CloudRunService(options));
  }
}
