import type { ArtifactStore } from '@triad/shared/artifacts/artifact-store.ts';
import type { OpenWarehouse } from '@triad/shared/warehouse/warehouse.ts';

/** What the job stands on. */
export interface SqlRunnerProfile {
  artifacts: ArtifactStore;
  openWarehouse: OpenWarehouse;
  /** What a SELECT would read, in bytes, without running it; undefined where reading costs nothing. */
  bytesRead: ((query: string) => Promise<number>) | undefined;
  /** A local copy of `gs://bucket/name`. */
  fetchObject(url: string): Promise<string>;
  /** Loads what is slow to load, while the process waits for its spec. */
  warmUp(): Promise<void>;
}
