import { z } from 'zod';

/** The form in which an error crosses a process border. */
export const errorReport = z.strictObject({
  code: z.string(),
  message: z.string(),
  fix: z.string(),
  retryable: z.boolean(),
});
