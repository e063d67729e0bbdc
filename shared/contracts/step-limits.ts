import { z } from 'zod';

/** How long a step may take until something is seen of it; the whole attempt's limit is `resources.timeLimitSeconds`. */
export const stepLimits = z.strictObject({
  /** From the dispatch until its job exists, in seconds; without it, `TRIAD_QUEUE_LIMIT_SECONDS`. */
  queuedSeconds: z.int().min(1).optional(),
  /** From the job's creation until its first heartbeat, in seconds. */
  startSeconds: z.int().min(1).optional(),
  /** Between two heartbeats, in seconds; without `startSeconds`, also until the first. */
  heartbeatSeconds: z.int().min(1).optional(),
});
export type StepLimits = z.infer<typeof stepLimits>;
