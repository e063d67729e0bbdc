import { type Clock, systemClock } from '@triad/shared/clock/clock.ts';
import type { CloudEvent } from '@triad/shared/contracts/cloud-event.ts';
import { decodeEvent, type PushEnvelope } from '@triad/shared/contracts/push-envelope.ts';
import {
  PubsubMessenger,
  type PubsubMessengerOptions,
} from '@triad/shared/messenger/pubsub-messenger.ts';
import { PubsubPull } from '@triad/shared/messenger/pubsub-pull.ts';
import type { Push } from '@triad/shared/messenger/push.ts';
import { recordingLogger } from '../recording-logger.ts';
import { seededRandom } from '../seeded-random.ts';
import { until } from '../until.ts';
import { makePubsubProject, namespace, type PubsubProject } from './pubsub-project.ts';

export interface Received {
  envelope: PushEnvelope;
  event: CloudEvent;
}

export interface PullOptions {
  clock?: Clock;
  /** What the receiver does with a message that it has noted. @default takes it */
  behave?: Push;
}

/** A messenger on an emulator's project with topic `one` and its subscription `first`. */
export interface PubsubSetup {
  project: PubsubProject;
  messenger: PubsubMessenger;
  received: Received[];
  lines: ReturnType<typeof recordingLogger>['lines'];
  /** Begins to pull `first`, or another one. */
  pull(options?: PullOptions, subscription?: string): PubsubPull;
  /** Resolves when so many messages came. */
  count(many: number): Promise<void>;
  ids(): string[];
  close(): Promise<void>;
}

export async function setUpPubsub(
  endpoint: string,
  options: Partial<PubsubMessengerOptions> = {},
): Promise<PubsubSetup> {
  const project = await makePubsubProject(endpoint);
  await project.createTopic('one');
  await project.createSubscription('first', 'one', { ordered: true, maxAttempts: 5 });
  const messenger = new PubsubMessenger({
    ...project.options,
    namespace,
    checked: ['one'],
    ...options,
  });
  const pulls: PubsubPull[] = [];
  const received: Received[] = [];
  const { log, lines } = recordingLogger();
  return {
    project,
    messenger,
    received,
    lines,
    pull({ clock = systemClock, behave = async () => {} } = {}, subscription = 'first') {
      const pull = new PubsubPull({
        ...project.options,
        subscription,
        clock,
        random: seededRandom(1),
        log,
        async push(envelope, signal) {
          const { messageId, data } = envelope.message;
          received.push({ envelope, event: decodeEvent(messageId, data) });
          await behave(envelope, signal);
        },
      });
      pull.start();
      pulls.push(pull);
      return pull;
    },
    async count(many) {
      await until(`${many} messages`, async () => (received.length >= many ? true : undefined));
    },
    ids: () => received.map(({ event }) => event.id),
    async close() {
      await Promise.all([...pulls.map((pull) => pull.close()), messenger.close()]);
      await project.close();
    },
  };
}
