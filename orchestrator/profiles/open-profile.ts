import type { Authenticate } from '@triad/shared/access/principal.ts';
import type { Clock } from '@triad/shared/clock/clock.ts';
import type { Config } from '@triad/shared/config/config.ts';
import type { Ids } from '@triad/shared/ids/ids.ts';
import type { Logger } from '@triad/shared/log/logger.ts';
import type { MessageStore } from '@triad/shared/messenger/message-store.ts';
import type { OrchestratorProfile } from './profile.ts';

export interface ProfileOptions {
  config: Config;
  /** Keeps messages, or those that were given up, in the state. */
  messages: MessageStore;
  clock: Clock;
  ids: Ids;
  /** Uniform in [0, 1). */
  random: () => number;
  log: Logger;
  /** Knows users by their tokens. */
  users: Authenticate;
  /** Takes the push of an outcome: to return is to acknowledge it. */
  receive: (body: unknown) => Promise<void>;
}

/** The adapters of the configured profile; those of the other are not even loaded. */
export async function openProfile(options: ProfileOptions): Promise<OrchestratorProfile> {
  const { googleCloud } = options.config;
  if (googleCloud) {
    const { googleCloudProfile } = await import('./google-cloud.ts');
    return googleCloudProfile(options, googleCloud);
  }
  const { embeddedProfile } = await import('./embedded.ts');
  return embeddedProfile(options);
}
