import type { ArtifactStore } from '../../artifacts/artifact-store.ts';
import type { Clock } from '../../clock/clock.ts';
import type { Logger } from '../../log/logger.ts';
import type { CloudContainerOptions } from './cloud-container.ts';

/** Reads what a job printed; `resource` is its name at the service. */
export type CloudLogReader = (job: { commandId: string; resource: string }) => Promise<string>;

export interface CloudJobsOptions extends CloudContainerOptions {
  /** Holds a record per job, and what the jobs themselves leave. */
  artifacts: ArtifactStore;
  clock: Clock;
  log: Logger;
  /** How often the running jobs are asked for, in milliseconds. @default 5000 */
  pollMs?: number;
  /**
   * A job that waits longer for its machine is given up, in seconds, unless the step's
   * `startSeconds` says otherwise, or it may wait by `flexStart`. @default 3600
   */
  startSeconds?: number;
  /** Without one, the log of a job is a link. */
  readLog?: CloudLogReader;
}
