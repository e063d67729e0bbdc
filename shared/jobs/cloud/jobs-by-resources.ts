import type { Resources } from '../../contracts/resources.ts';
import type { JobLauncher } from '../job-launcher.ts';
import { RoutedJobs } from '../routed-jobs.ts';
import { lackedByCloudRun } from './cloud-run-job.ts';

/** Whether only a machine of Vertex AI will do. Cloud Run starts faster, and costs by the second. */
export const needsMachine = (resources: Resources): boolean =>
  lackedByCloudRun(resources).length > 0;

/** Jobs that ask for a machine or an accelerator go to `machines`, the others to `tasks`. */
export const jobsByResources = (machines: JobLauncher, tasks: JobLauncher): RoutedJobs =>
  new RoutedJobs(
    [tasks, machines],
    (launcher, { resources }) => (launcher === machines) === needsMachine(resources),
  );
