import type { JobLauncher } from '../job-launcher.ts';
import { CloudJobs } from './cloud-jobs.ts';
import type { CloudJobsOptions } from './cloud-jobs-options.ts';
import { VertexService, type VertexServiceOptions } from './vertex-service.ts';

export type VertexJobsOptions = CloudJobsOptions & VertexServiceOptions;

/** Each job is a CustomJob of Vertex AI, on a machine of its own. */
export class VertexJobs extends CloudJobs implements JobLauncher {
  readonly capabilities = {
    isolates: true,
    // The machine's memory is the limit, and not the step's.
    enforcesMemory: false,
    beats: false,
    survivesRestart: true,
    runsImages: true,
    accelerators: true,
  };

  constructor(options: VertexJobsOptions) {
    super(options, new VertexService(options));
  }
}
