import { randomInt } from 'node:crypto';
import type { Clock } from '@triad/shared/clock/clock.ts';
import type { Cloud } from '../cloud.ts';
import type { Environment } from '../environment.ts';
import { GoogleCloud } from './google-cloud.ts';
import { googleCredentials } from './google-credentials.ts';

/** An environment's project, as who is signed in. */
export const openGoogleCloud = (environment: Environment, clock: Clock): Cloud =>
  new GoogleCloud(environment, {
    token: googleCredentials(),
    fetch,
    clock,
    random: () => randomInt(1_000_000) / 1_000_000,
  });
