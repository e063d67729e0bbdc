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

/** Where an attempt writes: nothing outside this folder, so that attempts never mix. */
export function attemptPrefix({ runId, step, attempt }: CommandKey): string {
  return `runs/${runId}/${step}/${attempt}`;
}

export const manifestPath = (key: CommandKey): string => `${attemptPrefix(key)}/manifest.json`;
/** Where a job leaves its error report when it fails, for launchers that cannot see it exit. */
export const errorPath = (key: CommandKey): string => `${attemptPrefix(key)}/error.json`;
