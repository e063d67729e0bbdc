import type { JobSpec } from '@triad/shared/contracts/job-spec.ts';
import type { JobLauncher } from '@triad/shared/jobs/job-launcher.ts';
import { until } from './until.ts';

/** The processes of a job that says which they are, once all are up. */
export function pidsOf(launcher: JobLauncher, spec: JobSpec): Promise<number[]> {
  const children = spec.params.script === 'stubborn' ? 2 : 0;
  return until(`the processes of ${spec.params.script}`, async () => {
    const log = (await launcher.logs(spec.id)) ?? '';
    const pids = [...log.matchAll(/\b(?:began|child) (\d+)/g)].map((match) => Number(match[1]));
    const up = log.match(/^up$/gm)?.length ?? 0;
    return pids.length === 1 + children && up === children ? pids : undefined;
  });
}
