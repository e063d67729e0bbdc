import { join } from 'node:path';
import type { Clock } from '../clock/clock.ts';
import type { Config } from '../config/config.ts';
import type { GoogleCloudConfig } from '../config/google-cloud.ts';
import { homeLayout } from '../config/home.ts';
import { TriadError } from '../errors/triad-error.ts';
import { CloudStorageArtifactStore } from './cloud-storage-artifact-store.ts';

/**
 * The artifacts of the profile `gcp`: in its bucket, under its namespace, with local copies in the
 * home.
 *
 * @param bucket another bucket, whose objects are seen as they are named
 */
export function configuredBucket(
  { home, cloudStorageEndpoint: endpoint }: Pick<Config, 'home' | 'cloudStorageEndpoint'>,
  clock: Clock,
  from: Pick<GoogleCloudConfig, 'bucket' | 'namespace'> | { bucket: string },
): CloudStorageArtifactStore {
  return new CloudStorageArtifactStore({
    bucket: from.bucket,
    ...('namespace' in from && { prefix: from.namespace }),
    cacheDirectory: join(homeLayout(home).copies, from.bucket),
    ...(endpoint !== undefined && { endpoint }),
    clock,
  });
}

/** The artifacts of the profile `gcp`, for a job. In any other profile it is `CONFIG_INVALID`. */
export function cloudArtifacts(config: Config, clock: Clock): CloudStorageArtifactStore {
  const { googleCloud } = config;
  if (googleCloud) return configuredBucket(config, clock, googleCloud);
  const expected = 'embedded or gcp';
  throw new TriadError('CONFIG_INVALID', { field: 'TRIAD_PROFILE', expected });
}
