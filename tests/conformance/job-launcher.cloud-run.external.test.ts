import { after } from 'node:test';
import { CloudRunJobs } from '@triad/shared/jobs/cloud/cloud-run-jobs.ts';
import { openCloud } from '../harness/jobs/cloud-jobs.ts';
import { jobLauncherConformance } from './job-launcher.conformance.ts';

const stops: (() => Promise<void>)[] = [];
after(() => Promise.all(stops.map((stop) => stop())));

jobLauncherConformance('Cloud Run', async () => {
  const { emulator, options, artifacts, elapse } = await openCloud();
  stops.push(() => emulator.stop());
  const another = () => new CloudRunJobs(options);
  return { launcher: another(), artifacts, another, elapse };
});
