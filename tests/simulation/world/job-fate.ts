import type { JobSpec } from '@triad/shared/contracts/job-spec.ts';
import { warehouseJob } from '@triad/shared/contracts/step-kind.ts';
import type { Dice } from './dice.ts';
import type { Weather } from './weather.ts';

/** How a job goes wrong. */
export const jobFaults = [
  /** It fails, so that another attempt can help, or so that none can. */
  'failed, retryable',
  'failed',
  /** It is killed after it published and before its manifest. */
  'killed after publishing',
  /** It ends with exit code 0 and wrote no manifest. */
  'no manifest',
  /** An output is not what its manifest says, or is not there. */
  'wrong output',
  'missing output',
  /** It is declared lost and goes on: a zombie. */
  'zombie',
  /** It never ends, and nobody notices. */
  'hung',
] as const;
export type JobFault = (typeof jobFaults)[number];

export interface JobFate {
  fault: JobFault | undefined;
  /** How long it works before it publishes, and then before it writes its manifest. */
  publishMs: number;
  manifestMs: number;
  /** Whether it goes on for a while when it is cancelled. */
  isDeaf: boolean;
}

export function castFate(spec: JobSpec, dice: Dice, weather: Weather): JobFate {
  const isBad = weather.strikes('badJob');
  const fault = isBad ? dice.pick(jobFaults) : undefined;
  const canPublish = spec.job === warehouseJob;
  if (fault) weather.count(`job: ${fault}`);
  return {
    fault: fault === 'killed after publishing' && !canPublish ? 'failed, retryable' : fault,
    publishMs: dice.between(100, dice.pick([1000, 1000, 6000])),
    manifestMs: dice.between(50, 500),
    isDeaf: isBad && dice.happens(0.5),
  };
}
