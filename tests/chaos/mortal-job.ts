import { setTimeout as pause } from 'node:timers/promises';
import { DirectoryArtifactStore } from '@triad/shared/artifacts/directory-artifact-store.ts';
import { systemClock } from '@triad/shared/clock/clock.ts';
import { homeLayout } from '@triad/shared/config/home.ts';
import { jobEnvironment } from '@triad/shared/config/job-environment.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { JobContext, JobResult } from '@triad/shared/jobs/job.ts';
import { runJob } from '@triad/shared/jobs/run-job.ts';
import { createLogger } from '@triad/shared/log/logger.ts';
import { openTracer } from '@triad/shared/tracing/otlp-tracer.ts';

/* A job that takes a while, fails when it is told to, and sometimes lingers after its manifest. */

const environment = jobEnvironment();
const home = homeLayout(environment.home);

async function work({ spec, signal }: JobContext): Promise<JobResult> {
  await pause(200 * Math.random(), undefined, { signal });
  if (spec.params.broken === true) {
    throw new TriadError('SQL_INVALID', { action: spec.step, reason: 'it was told to fail' });
  }
  if (Math.random() < 0.3) process.once('exit', linger);
  return { metrics: { [`${spec.step}.attempt`]: spec.attempt } };
}

/** Holds the process up, in milliseconds: time to be killed between manifest and exit. */
const LINGER_MS = 1000;
const linger = () => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LINGER_MS);
};

await runJob(
  { name: 'mortal', handlers: { container: work } },
  {
    artifacts: new DirectoryArtifactStore({ directory: home.artifacts }),
    clock: systemClock,
    log: createLogger('mortal', environment.logLevel),
    jobsDirectory: home.jobs,
    specText: environment.jobSpec,
    traceparent: environment.traceparent,
    tracer: await openTracer({ service: 'test-job', url: environment.otlpUrl }),
  },
);
