import { systemClock } from '@triad/shared/clock/clock.ts';
import { httpRequest } from '@triad/shared/http/http-request.ts';
import { PubsubPull } from '@triad/shared/messenger/pubsub-pull.ts';
import { httpPush } from '@triad/shared/messenger/push.ts';
import { recordingLogger } from '../recording-logger.ts';
import { seededRandom } from '../seeded-random.ts';

export interface PushSubscription {
  project: string;
  subscription: string;
  /** Such as `http://127.0.0.1:4181/pubsub/push`. */
  endpoint: string;
  token?: string | undefined;
  /** Where the emulator listens. */
  emulator: string;
}

/**
 * Does what Pub/Sub does for a push subscription, which pstest does not: sends its messages to an
 * address. Started; close it in the end.
 */
export function pushSubscription({
  endpoint,
  emulator,
  token,
  ...from
}: PushSubscription): PubsubPull {
  const pull = new PubsubPull({
    ...from,
    endpoint: emulator,
    push: httpPush({ endpoint, request: httpRequest, token }),
    clock: systemClock,
    random: seededRandom(1),
    log: recordingLogger().log,
  });
  pull.start();
  return pull;
}
