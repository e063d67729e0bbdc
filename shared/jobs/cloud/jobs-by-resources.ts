import type { Resources } from '../../contracts/resources.ts';
import type { JobLauncher } from '../job-launcher.ts';
import { RoutedJobs } from '../routed-jobs.ts';
import { cloudRunLimits } from './cloud-run-job.ts';

/** Whether only a machine of Vertex AI will do. Cloud Run starts faster, and costs by the second. */
export function needsMachine(resources: Resources): boolean {
  const { accelerator, machine, spot, flexStart, memoryMiB, timeLimitSeconds } = resources;
  return (
    accelerator !== undefined ||
    machine !== undefined ||
    spot === true ||
    flexStart === true ||
    memoryMiB > cloudRunLimits.memoryMiB ||
    timeLimitSeconds > cloudRunLimits.timeLimitSeconds
  );
}

/** Jobs that ask for a machine or an accelerator go to `machines`, the others to `tasks`. */
export const jobsByResources = (machines: JobLauncher, tasks: JobLauncher): RoutedJobs =>
  new RoutedJobs(
    [tasks, machines],
    (launcher, { resources }) => (launcher === machines) === needsMachine(resources),
  );
