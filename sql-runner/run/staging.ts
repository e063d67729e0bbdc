import type { JobSpec } from '@triad/shared/contracts/job-spec.ts';
import type { Warehouse } from '@triad/shared/warehouse/warehouse.ts';

/**
 * Gives `work` an empty dataset of this attempt's own and removes it afterwards, whatever happens.
 * What earlier attempts of the step left when they died is removed first.
 */
export async function withStaging<T>(
  warehouse: Warehouse,
  spec: JobSpec,
  work: (dataset: string) => Promise<T>,
): Promise<T> {
  const ofStep = `_staging_${sqlName(spec.runId)}_${sqlName(spec.step)}_`;
  for (const dead of await warehouse.datasets(ofStep)) await warehouse.dropDataset(dead);
  const staging = `${ofStep}${spec.attempt}`;
  await warehouse.createDataset(staging, 'temporary');
  try {
    return await work(staging);
  } finally {
    await warehouse.dropDataset(staging);
  }
}

const sqlName = (text: string) => text.replaceAll('-', '_');
