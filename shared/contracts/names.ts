import { z } from 'zod';
import { commandIdPattern } from './attempt.ts';

export {
  attemptPrefix,
  type CommandKey,
  claimPath,
  formatCommandId,
  parseCommandId,
} from './attempt.ts';

/** A pipeline, step or job name: lower case, fit for paths, labels and SQL. */
export const slug = z
  .string()
  .regex(
    /^[a-z][a-z0-9_-]{0,62}$/,
    'expected lower-case letters, digits, - or _, starting with a letter',
  );

export const runId = z.string().regex(/^[0-9a-z-]{1,64}$/, 'expected a run id');

/** The id of one attempt of one step, which is also the idempotency key of its job. */
export const commandId = z.string().regex(commandIdPattern, 'expected runId:step:attempt');
