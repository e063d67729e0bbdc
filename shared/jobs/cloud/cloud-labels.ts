import { hash } from 'node:crypto';
import type { JobSpec } from '../../contracts/job-spec.ts';

/** Of a label's key and value, in characters. */
const longestLabel = 63;

/**
 * `text` as a label may be: lower-case letters, digits, `_` and `-`, at most 63 of them. What has
 * to be cut ends with a hash of the whole, so that two texts do not become one label.
 */
export function labelOf(text: string): string {
  const legal = text.toLowerCase().replaceAll(/[^a-z0-9_-]/g, '_');
  if (legal.length <= longestLabel) return legal;
  const mark = hash('sha256', text).slice(0, 12);
  return `${legal.slice(0, longestLabel - mark.length - 1)}-${mark}`;
}

/** The label by which the jobs of one installation are told from others in the same project. */
export const namespaceLabel = 'triad';
export const commandLabel = 'triad_command';

/** By which a job can be found, and its cost be told; `labels` are the installation's own. */
export function labelsOf(
  { id, runId, step, job }: JobSpec,
  namespace: string,
  labels: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return {
    ...labels,
    [namespaceLabel]: labelOf(namespace),
    [commandLabel]: labelOf(id),
    triad_run: labelOf(runId),
    triad_step: labelOf(step),
    triad_job: labelOf(job),
  };
}
