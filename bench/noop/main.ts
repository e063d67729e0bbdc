import { DirectoryArtifactStore } from '@triad/shared/artifacts/directory-artifact-store.ts';
import { systemClock } from '@triad/shared/clock/clock.ts';
import { homeLayout } from '@triad/shared/config/home.ts';
import { jobEnvironment } from '@triad/shared/config/job-environment.ts';
import { runJob } from '@triad/shared/jobs/run-job.ts';
import { createLogger } from '@triad/shared/log/logger.ts';
import { openTracer } from '@triad/shared/tracing/otlp-tracer.ts';
import noop from './noop-job.ts';

/* The job that does nothing, as a process: it has no results, so it loads no schema to check them. */

const environment = jobEnvironment();
const home = homeLayout(environment.home);
const artifacts = new DirectoryArtifactStore({ directory: home.artifacts });

await runJob(
  { ...noop, warmUp: () => artifacts.check() },
  {
    artifacts,
    clock: systemClock,
    log: createLogger(noop.name, environment.logLevel),
    jobsDirectory: home.jobs,
    specText: environment.jobSpec,
    traceparent: environment.traceparent,
    tracer: await openTracer({ service: noop.name, url: environment.otlpUrl }),
  },
);
