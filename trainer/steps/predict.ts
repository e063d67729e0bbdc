import { join } from 'node:path';
import type { StepHandler } from '@triad/shared/jobs/job.ts';
import { readOrders } from '../data/read-orders.ts';
import { writePredictions } from '../data/write-predictions.ts';
import type { Learner } from '../learners/learner.ts';
import { parseModelArtifact } from './model-artifact.ts';
import { inputFile, learnerOf, readJson } from './step-inputs.ts';

/** Step `predict`: the inputs `snapshot` and `model` in, the output `predictions` out. */
export const predict =
  (learners: readonly Learner[]): StepHandler =>
  async (context) => {
    const { spec, scratch, addOutput } = context;
    const learner = learnerOf(context, learners);
    const { file: modelFile } = await inputFile(context, 'model');
    const { file: snapshotFile } = await inputFile(context, 'snapshot');
    const { model } = parseModelArtifact(await readJson(modelFile));
    const orders = await readOrders(snapshotFile);
    const predictions = learner.predict(model, orders, spec.runDate, spec.params);
    const file = join(scratch, 'predictions.parquet');
    await writePredictions(file, predictions);
    await addOutput('predictions', file, predictions.customers.length);
    return {};
  };
