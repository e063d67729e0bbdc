import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StepHandler } from '@triad/shared/jobs/job.ts';
import { readOrders } from '../data/read-orders.ts';
import type { Learner } from '../learners/learner.ts';
import type { ModelArtifact } from './model-artifact.ts';
import { inputFile, learnerOf } from './step-inputs.ts';

/** Step `train`: the input `snapshot` in, the output `model` and the learner's tables out. */
export const train =
  (learners: readonly Learner[]): StepHandler =>
  async (context) => {
    const { spec, scratch, addOutput } = context;
    const learner = learnerOf(context, learners);
    const snapshot = await inputFile(context, 'snapshot');
    const orders = await readOrders(snapshot.file);
    const { model, metrics, tables, notes } = learner.train(orders, spec.runDate, spec.params);
    const artifact: ModelArtifact = {
      version: 1,
      learner: learner.name,
      model,
      metrics,
      lineage: { snapshot: snapshot.input.sha256, ...spec.pins, runDate: spec.runDate },
    };
    const add = async (name: string, content: unknown, rows?: number) => {
      const file = join(scratch, `${name}.json`);
      await writeFile(file, JSON.stringify(content, null, 2));
      await addOutput(name, file, rows);
    };
    for (const [name, rows] of Object.entries(tables)) await add(name, rows, rows.length);
    await add('model', artifact);
    return { metrics, notes };
  };
