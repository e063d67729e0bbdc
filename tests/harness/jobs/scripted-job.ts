import { DirectoryArtifactStore } from '@triad/shared/artifacts/directory-artifact-store.ts';
import { systemClock } from '@triad/shared/clock/clock.ts';
import { homeLayout } from '@triad/shared/config/home.ts';
import { jobEnvironment } from '@triad/shared/config/job-environment.ts';
import { runJob } from '@triad/shared/jobs/run-job.ts';
import { createLogger } from '@triad/shared/log/logger.ts';
import { openTracer } from '@triad/shared/tracing/otlp-tracer.ts';
import { scriptedJob } from './scripts.ts';

/* The scripted job as a process. */

const environment = jobEnvironment();
const home = homeLayout(environment.home);

await runJob(
  scriptedJob(() => console.log),
  {
    artifacts: new DirectoryArtifactStore({ directory: home.artifacts }),
    clock: systemClock,
    log: createLogger('scripted', environment.logLevel),
    jobsDirectory: home.jobs,
    specText: environment.jobSpec,
    traceparent: environment.traceparent,
    tracer: await openTracer({ service: 'test-job', url: environment.otlpUrl }),
  },
);
