import type { JobContext } from '@triad/shared/jobs/job.ts';
import type { Warehouse } from '@triad/shared/warehouse/warehouse.ts';
import type { SqlRunnerServices } from './services.ts';

/** Opens the warehouse for writing within the step's resources and closes it after `work`. */
export async function withWarehouse<T>(
  { openWarehouse }: Pick<SqlRunnerServices, 'openWarehouse'>,
  { spec, signal }: Pick<JobContext, 'spec' | 'signal'>,
  work: (warehouse: Warehouse) => Promise<T>,
): Promise<T> {
  const { memoryMiB } = spec.resources;
  const warehouse = await openWarehouse({ write: true, commandId: spec.id, memoryMiB, signal });
  try {
    return await work(warehouse);
  } finally {
    await warehouse.close();
  }
}
