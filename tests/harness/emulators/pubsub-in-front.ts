import { systemClock } from '@triad/shared/clock/clock.ts';
import { topic as topics } from '@triad/shared/contracts/topics.ts';
import { PubsubMessenger } from '@triad/shared/messenger/pubsub-messenger.ts';
import { PubsubPull } from '@triad/shared/messenger/pubsub-pull.ts';
import type { Connect } from '../messenger/messenger-setup.ts';
import { recordingLogger } from '../recording-logger.ts';
import { seededRandom } from '../seeded-random.ts';
import { until } from '../until.ts';
import { makePubsubProject, namespace } from './pubsub-project.ts';

/**
 * Puts Pub/Sub in front of the embedded messenger: what is published travels through a topic of the
 * emulator and is pulled from there into the embedded one, as it came. To publish ends when it is there.
 */
export const pubsubInFront =
  (endpoint: string): Connect =>
  async (push) => {
    const project = await makePubsubProject(endpoint);
    const pubsub = new PubsubMessenger({
      ...project.options,
      namespace,
      checked: ['one', 'two', topics.deadLetters],
    });
    let sent = 0;
    let arrived = 0;
    const pulls: PubsubPull[] = [];
    for (const topic of ['one', 'two', topics.deadLetters]) {
      if (topic !== topics.deadLetters) await project.createTopic(topic);
      await project.createSubscription(`all-of-${topic}`, topic);
      const pull = new PubsubPull({
        ...project.options,
        subscription: `all-of-${topic}`,
        clock: systemClock,
        random: seededRandom(1),
        log: recordingLogger().log,
        async push({ message: { data, attributes } }) {
          await push.publishMessages(topic, [{ data, attributes }]);
          arrived += 1;
        },
      });
      pull.start();
      pulls.push(pull);
    }
    const passOn = async (publishing: Promise<void>) => {
      await publishing;
      sent += 1;
      const before = sent;
      await until('the message to pass', async () => (arrived >= before ? true : undefined));
    };
    return {
      messenger: {
        publish: (topic, event) => passOn(pubsub.publish(topic, event)),
        deadLetter: (...letter) => passOn(pubsub.deadLetter(...letter)),
        check: () => pubsub.check(),
      },
      async close() {
        await Promise.all([...pulls.map((pull) => pull.close()), pubsub.close()]);
        await project.close();
      },
    };
  };
