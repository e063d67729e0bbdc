import type { Clock } from '../clock/clock.ts';
import type { JobSpec } from '../contracts/job-spec.ts';
import { parseTraceparent, spanOf } from '../tracing/span-context.ts';
import { type FinishedSpan, noTracer, type Tracer } from '../tracing/tracer.ts';

/** Begins the span of a job. @returns ends it, with the error that the job ended with */
export function traceJob(
  tracer: Tracer,
  clock: Clock,
  spec: JobSpec,
  traceparent: string | undefined,
): (error?: FinishedSpan['error']) => void {
  // Not even its ids are needed.
  if (tracer === noTracer) return () => {};
  const { id, runId, step, attempt, job, kind } = spec;
  const start = clock.now();
  return (error) =>
    tracer.record({
      name: `job ${job} ${kind}`,
      context: spanOf(runId, 'job', id, start.toISOString()),
      parent: parseTraceparent(traceparent),
      start,
      end: clock.now(),
      attributes: { 'triad.run': runId, 'triad.step': step, 'triad.attempt': attempt },
      error,
    });
}
