import type { Pipeline } from '@triad/shared/contracts/pipeline.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';

/** A step whose job nobody can start would fail at night. Errors: `PIPELINE_INVALID`. */
export function checkJobs(pipelines: Iterable<Pipeline>, known: readonly string[]): void {
  for (const { name: pipeline, steps } of pipelines) {
    const step = steps.find(({ job }) => job !== undefined && !known.includes(job));
    if (!step) continue;
    const has = known.join(', ') || 'none';
    const reason = `step ${step.name}: job: there is no job ${step.job}; TRIAD_JOBS and TRIAD_IN_PROCESS_JOBS have ${has}`;
    throw new TriadError('PIPELINE_INVALID', { pipeline, reason });
  }
}
