import { readFile } from 'node:fs/promises';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { StepHandler } from '@triad/shared/jobs/job.ts';
import type { Learner } from '../learners/learner.ts';
import { type ModelArtifact, parseModelArtifact } from './model-artifact.ts';
import { inputFile, learnerNamed } from './step-inputs.ts';

/**
 * Step `canary`: loads the model that the parameter `canary.output` names and scores the learner's
 * canary. The metrics are `canary.<score>`, how many scores there are, and how many of them are not
 * finite; whether they are as they should be is for the step's postconditions to say.
 */
export const canary =
  (learners: readonly Learner[]): StepHandler =>
  async (context) => {
    const { runDate, params } = context.spec;
    const artifact = await loadModel(
      await inputFile(context, String(params['canary.output'] ?? 'model')),
    );
    const learner = learnerNamed(artifact.learner, learners);
    const { columns } = learner.predict(artifact.model, learner.canary(runDate), runDate, params);
    const scores = Object.entries(columns).map(([name, values]) => [name, values[0]] as const);
    const finite = scores.filter(([, score]) => Number.isFinite(score));
    const others = scores.filter(([, score]) => !Number.isFinite(score));
    return {
      metrics: {
        'canary.scores': scores.length,
        'canary.not_finite': others.length,
        ...Object.fromEntries(finite.map(([name, score]) => [`canary.${name}`, Number(score)])),
      },
      notes: others.map(([name, score]) => `The canary's ${name} is ${score}.`),
    };
  };

async function loadModel({
  file,
  input,
}: Awaited<ReturnType<typeof inputFile>>): Promise<ModelArtifact> {
  try {
    return parseModelArtifact(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TriadError('MODEL_INVALID', { path: input.path, reason }, { cause: error });
  }
}
