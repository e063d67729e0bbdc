import type { ArtifactStore } from '@triad/shared/artifacts/artifact-store.ts';
import type { JobLauncher } from '@triad/shared/jobs/job-launcher.ts';
import type { Messenger } from '@triad/shared/messenger/messenger.ts';

/** What the invoker stands on. */
export interface InvokerProfile {
  artifacts: ArtifactStore;
  jobs: JobLauncher;
  messenger: Messenger;
  /** What can wait until the service listens. */
  begin(): void;
  end(): Promise<void>;
}
