import type { JobSpec } from '@triad/shared/contracts/job-spec.ts';
import type { Warehouse } from '@triad/shared/warehouse/warehouse.ts';

const prefix = '_staging_';

/**
 * Gives `work` an empty dataset of this attempt's own and removes it afterwards, whatever happens.
 * What attempts that died have left is removed first: with one writer at a time all of it, with
 * several that of the same step, whose earlier attempts are over.
 */
export async function withStaging<T>(
  warehouse: Warehouse,
  spec: JobSpec,
  work: (dataset: string) => Promise<T>,
): Promise<T> {
  const ofStep = `${prefix}${sqlName(spec.runId)}_${sqlName(spec.step)}_`;
  const dead = warehouse.capabilities.concurrentWriters ? ofStep : prefix;
  for (const dataset of await warehouse.datasets(dead)) await warehouse.dropDataset(dataset);
  const staging = `${ofStep}${spec.attempt}`;
  await warehouse.createDataset(staging);
  try {
    return await work(staging);
  } finally {
    await warehouse.dropDataset(staging);
  }
}

const sqlName = (text: string) => text.replaceAll('-', '_');
