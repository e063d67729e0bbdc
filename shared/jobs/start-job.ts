import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { Clock } from '../clock/clock.ts';
import { homeLayout } from '../config/home.ts';
import { type JobEnvironment, profileName } from '../config/job-environment.ts';
import { exitCodeOf } from '../errors/exit-code.ts';
import { toTriadError } from '../errors/triad-error.ts';
import { createLogger } from '../log/logger.ts';
import { openTracer } from '../tracing/otlp-tracer.ts';
import type { Job } from './job.ts';
import { runJob } from './run-job.ts';

/** What every job reads of its configuration. */
type Settings = Pick<JobEnvironment, 'home' | 'logLevel' | 'jobSpec' | 'traceparent' | 'otlpUrl'>;

/**
 * Opens what a job needs, and makes this process that job. A configuration that cannot be used ends
 * it with one line that says what to correct, and a job's exit code: there is nobody to try again for.
 */
export async function startJob<S extends Settings>(
  name: string,
  clock: Clock,
  readSettings: () => S,
  open: (settings: S) => Promise<{ job: Job; artifacts: ArtifactStore }>,
): Promise<never> {
  const opening = async () => {
    const settings = readSettings();
    return { settings, ...(await open(settings)) };
  };
  const { settings, job, artifacts } = await opening().catch((thrown: unknown) => {
    const error = toTriadError(thrown);
    const { code, fix } = error;
    const stack = code === 'INTERNAL' ? { err: thrown } : {};
    createLogger(name, 'info', profileName()).error({ code, fix, ...stack }, error.message);
    process.exit(exitCodeOf(error));
  });
  return runJob(job, {
    artifacts,
    clock,
    log: createLogger(name, settings.logLevel, profileName()),
    jobsDirectory: homeLayout(settings.home).jobs,
    specText: settings.jobSpec,
    traceparent: settings.traceparent,
    tracer: await openTracer({ service: name, url: settings.otlpUrl }),
  });
}
