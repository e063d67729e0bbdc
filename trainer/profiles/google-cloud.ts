import type { ArtifactStore } from '@triad/shared/artifacts/artifact-store.ts';
import { configuredBucket } from '@triad/shared/artifacts/configured-bucket.ts';
import { systemClock } from '@triad/shared/clock/clock.ts';
import type { Config } from '@triad/shared/config/config.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';

/** The bucket of the profile `gcp`. */
export function openArtifacts(config: Config): ArtifactStore {
  const { googleCloud } = config;
  if (googleCloud) return configuredBucket(config, systemClock, googleCloud);
  const expected = 'embedded or gcp';
  throw new TriadError('CONFIG_INVALID', { field: 'TRIAD_PROFILE', expected });
}
