import { z } from 'zod';

/** What one attempt of a step may use. */
export const resources = z.strictObject({
  /** Resident memory of the whole process tree, in MiB. */
  memoryMiB: z.int().min(64).default(2048),
  /** Wall-clock limit of one attempt, in seconds. */
  timeLimitSeconds: z.int().min(1).default(3600),
});
export type Resources = z.infer<typeof resources>;
