import { z } from 'zod';

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

export interface CommandKey {
  runId: string;
  step: string;
  attempt: number;
}

export function formatCommandId({ runId, step, attempt }: CommandKey): string {
  return `${runId}:${step}:${attempt}`;
}

/** Where an attempt writes: nothing outside this folder, so that attempts never mix. */
export function attemptPrefix({ runId, step, attempt }: CommandKey): string {
  return `runs/${runId}/${step}/${attempt}`;
}

/** Inverse of `formatCommandId`; the id must be valid. */
export function parseCommandId(id: string): CommandKey {
  const [runId = '', step = '', attempt = ''] = commandId.parse(id).split(':');
  return { runId, step, attempt: Number(attempt) };
}
