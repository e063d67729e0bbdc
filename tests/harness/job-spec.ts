import { systemClock } from '@triad/shared/clock/clock.ts';
import type { JobSpec } from '@triad/shared/contracts/job-spec.ts';
import type { Params } from '@triad/shared/contracts/json.ts';
import { formatCommandId } from '@triad/shared/contracts/names.ts';
import { timeOrderedIds } from '@triad/shared/ids/ids.ts';

const ids = timeOrderedIds(systemClock);

/** A valid spec of a run of its own, for the job `scripted`. */
export function jobSpecWith(params: Params, changes: Partial<JobSpec> = {}): JobSpec {
  const key = { runId: ids.next(), step: 'step', attempt: 1 };
  return {
    version: 1,
    id: formatCommandId(key),
    ...key,
    job: 'scripted',
    kind: 'container',
    runDate: '2026-01-31',
    params,
    inputs: [],
    resources: { memoryMiB: 512, timeLimitSeconds: 60 },
    pins: { planHash: 'plan', codeRevision: 'unknown', seed: 7 },
    ...changes,
  };
}
