import { DirectoryArtifactStore } from '../../artifacts/directory-artifact-store.ts';
import { systemClock } from '../../clock/clock.ts';
import { plainEnvironment } from '../../config/child-environment.ts';
import { homeLayout } from '../../config/home.ts';
import { jobEnvironment } from '../../config/job-environment.ts';
import { createLogger } from '../../log/logger.ts';
import { openTracer } from '../../tracing/otlp-tracer.ts';
import { runJob } from '../run-job.ts';
import { runsContainers } from './container-job.ts';

const environment = jobEnvironment();
const home = homeLayout(environment.home);

const job = runsContainers({
  artifactsDirectory: home.artifacts,
  jobsDirectory: home.jobs,
  environment: plainEnvironment(),
});

await runJob(job, {
  artifacts: new DirectoryArtifactStore({ directory: home.artifacts }),
  clock: systemClock,
  log: createLogger('container', environment.logLevel),
  jobsDirectory: home.jobs,
  specText: environment.jobSpec,
  traceparent: environment.traceparent,
  tracer: await openTracer({ service: 'container', url: environment.otlpUrl }),
});
