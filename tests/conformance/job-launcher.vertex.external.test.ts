import { after } from 'node:test';
import { VertexJobs } from '@triad/shared/jobs/cloud/vertex-jobs.ts';
import { openCloud } from '../harness/jobs/cloud-jobs.ts';
import { jobLauncherConformance } from './job-launcher.conformance.ts';

const stops: (() => Promise<void>)[] = [];
after(() => Promise.all(stops.map((stop) => stop())));

jobLauncherConformance('Vertex AI', async () => {
  const { emulator, options, artifacts, elapse } = await openCloud();
  stops.push(() => emulator.stop());
  const another = () => new VertexJobs(options);
  return { launcher: another(), artifacts, another, elapse };
});
