import type { Clock } from '@triad/shared/clock/clock.ts';
import type { Config } from '@triad/shared/config/config.ts';
import type { Logger } from '@triad/shared/log/logger.ts';
import type { Tracer } from '@triad/shared/tracing/tracer.ts';
import type { InvokerProfile } from './profile.ts';

export interface ProfileOptions {
  config: Config;
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  log: Logger;
  tracer: Tracer;
}

/** The adapters of the configured profile; those of the other are not even loaded. */
export async function openProfile(options: ProfileOptions): Promise<InvokerProfile> {
  const { googleCloud } = options.config;
  if (googleCloud) {
    const { googleCloudProfile } = await import('./google-cloud.ts');
    return googleCloudProfile(options, googleCloud);
  }
  const { embeddedProfile } = await import('./embedded.ts');
  return embeddedProfile(options);
}
