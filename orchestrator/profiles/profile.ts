import type { ArtifactStore } from '@triad/shared/artifacts/artifact-store.ts';
import type { MessageHub } from '@triad/shared/messenger/message-hub.ts';
import type { Route } from '../api/route.ts';
import type { PoolSizes } from '../run/pools.ts';

/** What the orchestrator stands on, beside its state. */
export interface OrchestratorProfile {
  artifacts: ArtifactStore;
  messenger: MessageHub;
  poolSizes: PoolSizes;
  /** Routes that only this profile has. */
  routes: Route[];
}
