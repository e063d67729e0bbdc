import { z } from 'zod';
import { instant } from './dates.ts';
import { errorReport } from './error-report.ts';
import { commandId } from './names.ts';
import { parseVersioned } from './versioned.ts';

export const outcomeState = z.enum(['succeeded', 'failed', 'cancelled', 'lost']);
export type OutcomeState = z.infer<typeof outcomeState>;

/** Says how a job ended. A hint: the manifest is the truth. */
export const outcome = z.strictObject({
  version: z.literal(1),
  commandId,
  state: outcomeState,
  /** Null when the launcher could not see the job end. */
  exitCode: z.int().nullable(),
  error: errorReport.nullable(),
  startedAt: instant.nullable(),
  endedAt: instant,
});
export type Outcome = z.infer<typeof outcome>;

export const parseOutcome = (input: unknown): Outcome =>
  parseVersioned('outcome', 1, outcome, input);
