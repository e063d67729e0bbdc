import type { ArtifactStore } from '@triad/shared/artifacts/artifact-store.ts';
import type { OpenWarehouse } from '@triad/shared/warehouse/warehouse.ts';

/** What the job stands on. */
export interface SqlRunnerProfile {
  artifacts: ArtifactStore;
  openWarehouse: OpenWarehouse;
  /** A local copy of `gs://bucket/name`. */
  fetchObject(url: string): Promise<string>;
  /** Loads what is slow to load, while the process waits for its spec. */
  warmUp(): Promise<void>;
}
