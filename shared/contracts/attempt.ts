/*
 * Names and places of an attempt. Apart from the schemas, so that a job's process, which starts
 * for every step, loads no more than it needs.
 */

export interface CommandKey {
  runId: string;
  step: string;
  attempt: number;
}

export function formatCommandId({ runId, step, attempt }: CommandKey): string {
  return `${runId}:${step}:${attempt}`;
}

export const commandIdPattern = /^[0-9a-z-]{1,64}:[a-z][a-z0-9_-]{0,62}:[1-9][0-9]{0,5}$/;

/** Inverse of `formatCommandId`; the id must be valid. */
export function parseCommandId(id: string): CommandKey {
  if (!commandIdPattern.test(id)) throw new Error(`${id} is no command id`);
  const [runId = '', step = '', attempt = ''] = id.split(':');
  return { runId, step, attempt: Number(attempt) };
}

/** Where an attempt writes: nothing outside this folder, so that attempts never mix. */
export function attemptPrefix({ runId, step, attempt }: CommandKey): string {
  return `runs/${runId}/${step}/${attempt}`;
}

export const manifestPath = (key: CommandKey): string => `${attemptPrefix(key)}/manifest.json`;
/** Where a job leaves its error report when it fails, for launchers that cannot see it exit. */
export const errorPath = (key: CommandKey): string => `${attemptPrefix(key)}/error.json`;
/** Where the spec of a job is that is too long to be given to it. */
export const jobSpecPath = (key: CommandKey): string => `${attemptPrefix(key)}/job-spec.json`;
/** Where an invoker says that it starts the job of a command: before it does, there is no job. */
export const claimPath = (commandId: string): string => `commands/${commandId}/claim.json`;
