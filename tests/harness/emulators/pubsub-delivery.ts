import { systemClock } from '@triad/shared/clock/clock.ts';
import { topic as topics } from '@triad/shared/contracts/topics.ts';
import { PubsubMessenger } from '@triad/shared/messenger/pubsub-messenger.ts';
import { PubsubPull } from '@triad/shared/messenger/pubsub-pull.ts';
import {
  type DeliverySystem,
  type KeptDeadLetter,
  subscriptionsOf,
} from '../messenger/delivery-system.ts';
import { recordingLogger } from '../recording-logger.ts';
import { seededRandom } from '../seeded-random.ts';
import { makePubsubProject, namespace } from './pubsub-project.ts';

/** The fewest that Pub/Sub allows. */
const maxAttempts = 5;

/** Pub/Sub on an emulator, in a project of its own, its subscriptions pulled. */
export async function pubsubDelivery(endpoint: string): Promise<DeliverySystem> {
  const project = await makePubsubProject(endpoint);
  for (const [topic, names] of Object.entries(subscriptionsOf)) {
    await project.createTopic(topic);
    for (const name of names) {
      await project.createSubscription(name, topic, { ordered: true, maxAttempts });
    }
  }
  await project.createSubscription('letters', topics.deadLetters);
  const common = {
    ...project.options,
    clock: systemClock,
    random: seededRandom(1),
    log: recordingLogger().log,
  };
  const checked = [...Object.keys(subscriptionsOf), topics.deadLetters];
  const messenger = new PubsubMessenger({ ...project.options, namespace, checked });
  /** By message: Pub/Sub may give up the same one several times, and pstest never ends to. */
  const letters = new Map<string, KeptDeadLetter>();
  const letterBox = new PubsubPull({
    ...common,
    subscription: 'letters',
    async push({ message: { messageId, data, attributes } }) {
      letters.set(messageId, {
        data,
        subscription: attributes.subscription,
        reasonCode: attributes.reason_code,
        reasonMessage: attributes.reason_message,
        originalId: attributes.original_id,
      });
    },
  });
  letterBox.start();
  return {
    messenger,
    maxAttempts,
    async deliver(receivers, options) {
      const pulls = Object.entries(receivers).map(
        ([subscription, push]) => new PubsubPull({ ...common, ...options, subscription, push }),
      );
      for (const pull of pulls) pull.start();
      return async () => {
        await Promise.all(pulls.map((pull) => pull.close()));
      };
    },
    deadLetters: async () => [...letters.values()],
    async close() {
      await Promise.all([letterBox.close(), messenger.close()]);
      await project.close();
    },
  };
}
