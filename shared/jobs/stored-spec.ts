import { z } from 'zod';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { getPinned, putOnce, referenceTo } from '../artifacts/pinned-artifact.ts';
import { artifactReference } from '../contracts/artifact-reference.ts';
import { jobSpecPath } from '../contracts/attempt.ts';
import { type JobSpec, parseJobSpec } from '../contracts/job-spec.ts';
import { commandId } from '../contracts/names.ts';
import { parseVersioned } from '../contracts/versioned.ts';
import { TriadError } from '../errors/triad-error.ts';

/**
 * The longest spec that is in `TRIAD_JOB` itself, in bytes. Cloud Run takes variables of 32 KiB
 * (cloud.google.com/run/quotas); what a spec is counted with there is not documented.
 */
export const inlineSpecLimit = 24 * 1024;

/** What is in `TRIAD_JOB` where the spec is too long for a variable. */
const jobPointer = z.strictObject({
  version: z.literal(1),
  /** Of the command, which is known without the spec. */
  id: commandId,
  specAt: artifactReference,
});
export type JobPointer = z.infer<typeof jobPointer>;

const isInline = (text: string): boolean => Buffer.byteLength(text) <= inlineSpecLimit;

/** The value of `TRIAD_JOB` for a job in the cloud: its spec, or where that is. */
export function jobText(spec: JobSpec): string {
  const text = JSON.stringify(spec);
  if (isInline(text)) return text;
  const specAt = referenceTo(jobSpecPath(spec), text);
  return JSON.stringify({ version: 1, id: spec.id, specAt } satisfies JobPointer);
}

/** Puts the spec where `jobText` says that it is, if it does. May be repeated. */
export async function storeSpec(artifacts: ArtifactStore, spec: JobSpec): Promise<void> {
  const text = JSON.stringify(spec);
  if (!isInline(text)) await putOnce(artifacts, jobSpecPath(spec), text);
}

/** Throws a `SyntaxError` for what is no JSON. */
export function parseJobText(text: string): JobSpec | JobPointer {
  const input: unknown = JSON.parse(text);
  const isPointer = typeof input === 'object' && input !== null && 'specAt' in input;
  return isPointer ? parseVersioned('job pointer', 1, jobPointer, input) : parseJobSpec(input);
}

export const isPointer = (job: JobSpec | JobPointer): job is JobPointer => 'specAt' in job;

/** The spec that a pointer is to: `ARTIFACT_MISSING` or `MANIFEST_MISMATCH` when it is gone or changed. */
export async function fetchSpec(
  artifacts: ArtifactStore,
  { id, specAt }: JobPointer,
): Promise<JobSpec> {
  const body = await getPinned(artifacts, specAt);
  const spec = parseJobSpec(JSON.parse(body.toString()));
  if (spec.id === id) return spec;
  throw new TriadError('MANIFEST_MISMATCH', { path: specAt.path, expected: id, actual: spec.id });
}
