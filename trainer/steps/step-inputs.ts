import { readFile } from 'node:fs/promises';
import type { StepInput } from '@triad/shared/contracts/command.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { JobContext } from '@triad/shared/jobs/job.ts';
import type { Learner } from '../learners/learner.ts';

/** The input of that name, which must still hold the bytes that the earlier step wrote. */
export async function inputFile(
  { spec, artifacts }: JobContext,
  name: string,
): Promise<{ input: StepInput; file: string }> {
  const input = spec.inputs.find((candidate) => candidate.name === name);
  if (!input) {
    const given = spec.inputs.map((candidate) => candidate.name).join(', ') || 'none';
    throw new TriadError('STEP_INPUT_MISSING', { step: spec.step, input: name, given });
  }
  const found = await artifacts.digest(input.path);
  if (!found) throw new TriadError('ARTIFACT_MISSING', { path: input.path });
  if (found.sha256 !== input.sha256) {
    const { path, sha256: expected } = input;
    throw new TriadError('MANIFEST_MISMATCH', { path, expected, actual: found.sha256 });
  }
  return { input, file: await artifacts.localFile(input.path) };
}

export async function readJson(file: string): Promise<unknown> {
  return JSON.parse(await readFile(file, 'utf8'));
}

/** The learner that the step's parameter `learner` names. */
export const learnerOf = ({ spec }: JobContext, learners: readonly Learner[]): Learner =>
  learnerNamed(String(spec.params.learner ?? '(none)'), learners);

export function learnerNamed(learner: string, learners: readonly Learner[]): Learner {
  const found = learners.find(({ name }) => name === learner);
  if (found) return found;
  throw new TriadError('LEARNER_UNKNOWN', {
    learner,
    known: learners.map(({ name }) => name).join(', '),
  });
}
