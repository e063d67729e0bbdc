import { z } from 'zod';

const delays = {
  /** Delay before the second attempt, in seconds; doubles each time, with jitter. */
  initialDelaySeconds: z.number().min(0).default(1),
  maxDelaySeconds: z.number().min(0).default(60),
};

/** An exception from the policy for some errors. */
export const retryRule = z.strictObject({
  /** Error codes, such as `JOB_MEMORY`. */
  errors: z.array(z.string().min(1)).min(1),
  /** Including the first; 1 does not retry. */
  maxAttempts: z.int().min(1).max(100),
  ...delays,
});
export type RetryRule = z.infer<typeof retryRule>;

/**
 * When a failed attempt is followed by another. The first rule that names the error decides;
 * without one, errors that the catalogue calls retryable are.
 */
export const retryPolicy = z.strictObject({
  /** Including the first. */
  maxAttempts: z.int().min(1).max(100).default(3),
  ...delays,
  rules: z.array(retryRule).default([]),
});
export type RetryPolicy = z.infer<typeof retryPolicy>;
