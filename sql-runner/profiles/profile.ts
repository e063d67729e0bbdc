import type { ArtifactStore } from '@triad/shared/artifacts/artifact-store.ts';
import type { OpenWarehouse } from '@triad/shared/warehouse/warehouse.ts';

/** What the job stands on. */
export interface SqlRunnerProfile {
  artifacts: ArtifactStore;
  openWarehouse: OpenWarehouse;
  /** Loads what is slow to load, while the process waits for its spec. */
  warmUp(): Promise<void>;
}
