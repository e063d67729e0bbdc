import type { Authenticate } from '@triad/shared/access/principal.ts';
import type { Token } from '@triad/shared/access/token-source.ts';
import type { ArtifactStore } from '@triad/shared/artifacts/artifact-store.ts';
import type { MessageHub } from '@triad/shared/messenger/message-hub.ts';
import type { Route } from '../api/route.ts';
import type { PoolSizes } from '../run/pools.ts';

/** What the orchestrator stands on, beside its state. */
export interface OrchestratorProfile {
  artifacts: ArtifactStore;
  messenger: MessageHub;
  poolSizes: PoolSizes;
  /** Jobs beside Triad's own. */
  jobs: readonly string[];
  /** Knows who asks, users by `users`; undefined where everybody may ask everything. */
  authenticate: Authenticate | undefined;
  /** What requests to the invoker show. */
  token: Token | undefined;
  /** Routes that only this profile has. */
  routes: Route[];
}
