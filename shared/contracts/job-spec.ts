import type { z } from 'zod';
import { command } from './command.ts';
import { parseVersioned } from './versioned.ts';

/**
 * What a job is started with: its command. It reaches Triad's own jobs over the pool's channel
 * and any other program as JSON in the environment variable `TRIAD_JOB`; in the cloud, a long one by
 * way of the artifact store (`jobs/stored-spec.ts`).
 */
export const jobSpec = command;
export type JobSpec = z.infer<typeof jobSpec>;

export const parseJobSpec = (input: unknown): JobSpec =>
  parseVersioned('job spec', 1, jobSpec, input);
