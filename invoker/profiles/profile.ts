import type { Authenticate } from '@triad/shared/access/principal.ts';
import type { ArtifactStore } from '@triad/shared/artifacts/artifact-store.ts';
import type { JobLauncher } from '@triad/shared/jobs/job-launcher.ts';
import type { Messenger } from '@triad/shared/messenger/messenger.ts';

/** What the invoker stands on. */
export interface InvokerProfile {
  artifacts: ArtifactStore;
  jobs: JobLauncher;
  messenger: Messenger;
  /** Knows who asks; undefined where everybody may. */
  authenticate: Authenticate | undefined;
  /**
   * What can wait until the service listens.
   *
   * @param receive takes a message, where none are pushed to the service; to return is to acknowledge
   */
  begin(receive: (envelope: unknown) => Promise<void>): void;
  end(): Promise<void>;
}
