import { configuredBucket } from '@triad/shared/artifacts/configured-bucket.ts';
import type { Clock } from '@triad/shared/clock/clock.ts';
import type { Config } from '@triad/shared/config/config.ts';
import type { GoogleCloudConfig } from '@triad/shared/config/google-cloud.ts';
import { homeLayout } from '@triad/shared/config/home.ts';
import { timeOrderedIds } from '@triad/shared/ids/ids.ts';
import { bigQueryOpener } from '@triad/shared/warehouse/bigquery-engine.ts';
import { objectFetcher } from '../load/fetch-object.ts';
import { theQuery } from '../query/run-query.ts';
import type { SqlRunnerProfile } from './profile.ts';

/** A bucket and BigQuery. */
export function googleCloudProfile(
  config: Config,
  cloud: GoogleCloudConfig,
  clock: Clock,
): SqlRunnerProfile {
  const { project, region, namespace, labels, maximumBytesBilled, endpoints } = cloud;
  const warehouse = bigQueryOpener({
    project,
    location: region,
    // Datasets take no hyphens.
    namespace: namespace.replaceAll('-', '_'),
    defaultDataset: config.dataset,
    maximumBytesBilled,
    labels: { ...labels, 'triad-namespace': namespace },
    partitionColumn: 'run_date',
    scratch: homeLayout(config.home).copies,
    ...(endpoints.bigQuery !== undefined && {
      endpoint: endpoints.bigQuery,
      anonymous: true,
      emulator: true,
    }),
    clock,
    ids: timeOrderedIds(clock),
  });
  return {
    artifacts: configuredBucket(config, clock, cloud),
    openWarehouse: warehouse.open,
    async bytesRead(text) {
      const reader = await warehouse.open({ write: false });
      try {
        const { bytesProcessed } = await reader.dryRun({ text, origin: theQuery });
        return bytesProcessed;
      } finally {
        await reader.close();
      }
    },
    fetchObject: objectFetcher(async (bucket) => configuredBucket(config, clock, { bucket })),
    // Its process is started for one job: nothing waits.
    async warmUp() {},
  };
}
