import type { Clock } from '@triad/shared/clock/clock.ts';
import type { Config } from '@triad/shared/config/config.ts';
import type { SqlRunnerProfile } from './profile.ts';

/** The adapters of the configured profile; those of the other are not even loaded. */
export async function openProfile(config: Config, clock: Clock): Promise<SqlRunnerProfile> {
  if (config.googleCloud) {
    const { googleCloudProfile } = await import('./google-cloud.ts');
    return googleCloudProfile(config, config.googleCloud, clock);
  }
  const { embeddedProfile } = await import('./embedded.ts');
  return embeddedProfile(config, clock);
}
