import type { Clock } from '@triad/shared/clock/clock.ts';
import type { JobSpec } from '@triad/shared/contracts/job-spec.ts';
import type { JobView } from '@triad/shared/contracts/job-view.ts';
import { toTriadError } from '@triad/shared/errors/triad-error.ts';
import type { JobLauncher } from '@triad/shared/jobs/job-launcher.ts';
import { formatTraceparent, parseTraceparent, spanOf } from '@triad/shared/tracing/span-context.ts';
import { noTracer, type Tracer } from '@triad/shared/tracing/tracer.ts';
import type { InvokerMetrics } from './invoker-metrics.ts';

export interface StartJobOptions {
  jobs: JobLauncher;
  clock: Clock;
  metrics?: InvokerMetrics;
  /** @default none */
  tracer?: Tracer;
}

/** The message that asked for a job. */
export interface JobRequest {
  /** Of the attempt that the job works on. */
  traceparent?: string | undefined;
  /** When the attempt was dispatched. */
  commandedAt?: Date | undefined;
}

/** Starts a job unless it exists, and takes note of how long that took. */
export async function startJob(
  { jobs, clock, metrics, tracer = noTracer }: StartJobOptions,
  spec: JobSpec,
  { traceparent, commandedAt }: JobRequest = {},
): Promise<JobView> {
  const { id, runId, step, attempt } = spec;
  const start = clock.now();
  // Each try to start the job has a span of its own.
  const context = spanOf(runId, 'launch', id, start.toISOString());
  const record = (error?: unknown) =>
    tracer.record({
      name: `launch ${spec.job}`,
      context,
      parent: parseTraceparent(traceparent),
      start,
      end: clock.now(),
      attributes: { 'triad.run': runId, 'triad.step': step, 'triad.attempt': attempt },
      error: error === undefined ? undefined : toTriadError(error),
    });
  try {
    const { job, started } = await jobs.launch(spec, formatTraceparent(context));
    if (started) {
      metrics?.jobStarted(spec.job, start, clock.now(), commandedAt);
      record();
    }
    return job;
  } catch (error) {
    record(error);
    throw error;
  }
}
