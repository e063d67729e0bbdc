import type { BigQuery } from '@google-cloud/bigquery';
import { TriadError } from '../errors/triad-error.ts';
import { BigQueryApi, newClient } from './bigquery-api.ts';
import { codedError } from './bigquery-error.ts';
import { BigQueryJobs } from './bigquery-jobs.ts';
import { BigQueryNames } from './bigquery-names.ts';
import type { BigQueryOptions } from './bigquery-options.ts';
import { BigQueryWarehouse } from './bigquery-warehouse.ts';
import type { OpenOptions } from './warehouse.ts';

/**
 * Opens the datasets of a namespace in BigQuery as a warehouse. `WAREHOUSE_DENIED` without the
 * credentials or the right to do so; `WAREHOUSE_MISSING` when there is nothing to read yet.
 */
export function bigQueryOpener(options: BigQueryOptions): {
  open(request: OpenOptions): Promise<BigQueryWarehouse>;
} {
  return {
    async open({ write, commandId, memoryMiB, signal }) {
      const api = new BigQueryApi(await authenticated(options), options.clock, signal);
      const warehouse = new BigQueryWarehouse({
        api,
        jobs: new BigQueryJobs(api, options, commandId),
        names: new BigQueryNames(options.namespace),
        options,
        temporary: new Set(),
        canWrite: write,
        ...(memoryMiB !== undefined && { memoryMiB }),
      });
      if (write) await warehouse.createDataset(options.defaultDataset, 'permanent');
      else await checkThere(api, options);
      return warehouse;
    },
  };
}

async function authenticated(options: BigQueryOptions): Promise<BigQuery> {
  const { project } = options;
  try {
    return await newClient(options);
  } catch (error) {
    throw codedError(error, project, 'WAREHOUSE_DENIED', { path: `BigQuery of ${project}` });
  }
}

async function checkThere(api: BigQueryApi, options: BigQueryOptions): Promise<void> {
  const { project, namespace, defaultDataset } = options;
  const datasetId = new BigQueryNames(namespace).dataset(defaultDataset);
  const path = `${project}.${datasetId}`;
  let found: unknown;
  try {
    found = await api.find({ path: `/datasets/${datasetId}` });
  } catch (error) {
    throw codedError(error, project, 'WAREHOUSE_CORRUPT', { path });
  }
  if (!found) throw new TriadError('WAREHOUSE_MISSING', { path });
}
