import { z } from 'zod';
import type { CommandKey } from './attempt.ts';

export { attemptPrefix, type CommandKey, formatCommandId } from './attempt.ts';

/** A pipeline, step or job name: lower case, fit for paths, labels and SQL. */
export const slug = z
  .string()
  .regex(
    /^[a-z][a-z0-9_-]{0,62}$/,
    'expected lower-case letters, digits, - or _, starting with a letter',
  );

export const runId = z.string().regex(/^[0-9a-z-]{1,64}$/, 'expected a run id');

/** The id of one attempt of one step, which is also the idempotency key of its job. */
export const commandId = z
  .string()
  .regex(/^[0-9a-z-]{1,64}:[a-z][a-z0-9_-]{0,62}:[1-9][0-9]{0,5}$/, 'expected runId:step:attempt');

/** Inverse of `formatCommandId`; the id must be valid. */
export function parseCommandId(id: string): CommandKey {
  const [runId = '', step = '', attempt = ''] = commandId.parse(id).split(':');
  return { runId, step, attempt: Number(attempt) };
}
