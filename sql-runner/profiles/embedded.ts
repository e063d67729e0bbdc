import { DirectoryArtifactStore } from '@triad/shared/artifacts/directory-artifact-store.ts';
import type { Clock } from '@triad/shared/clock/clock.ts';
import type { Config } from '@triad/shared/config/config.ts';
import { homeLayout } from '@triad/shared/config/home.ts';
import { duckDbOpener } from '@triad/shared/warehouse/duckdb-engine.ts';
import { googleSqlInDuckDb, warmUpTranslation } from '../dialect/translate.ts';
import { objectFetcher } from '../load/fetch-object.ts';
import type { SqlRunnerProfile } from './profile.ts';

/** A directory and a DuckDB file. */
export function embeddedProfile(config: Config, clock: Clock): SqlRunnerProfile {
  const home = homeLayout(config.home);
  const warehouse = duckDbOpener({
    path: home.warehouse,
    defaultDataset: config.dataset,
    waitSeconds: config.warehouseWaitSeconds,
    dialect: googleSqlInDuckDb,
    clock,
  });
  return {
    artifacts: new DirectoryArtifactStore({ directory: home.artifacts }),
    openWarehouse: warehouse.open,
    bytesRead: undefined,
    fetchObject: objectFetcher(async (bucket) => {
      const { configuredBucket } = await import('@triad/shared/artifacts/configured-bucket.ts');
      return configuredBucket(config, clock, { bucket });
    }),
    async warmUp() {
      warmUpTranslation();
      await warehouse.warmUp();
    },
  };
}
