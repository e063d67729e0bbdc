import { after } from 'node:test';
import { topic as topics } from '@triad/shared/contracts/topics.ts';
import {
  callOptions,
  openPubsub,
  type PubsubOptions,
  topicName,
} from '@triad/shared/messenger/pubsub-client.ts';

/** What the topics of tests begin with. */
export const namespace = 'test';

export interface SubscriptionOptions {
  /** Messages with one ordering key come in order. */
  ordered?: boolean;
  /** After so many attempts a message goes to the dead-letter topic. */
  maxAttempts?: number;
}

/** A project on an emulator, with what infrastructure would have made there. */
export interface PubsubProject {
  options: PubsubOptions;
  createTopic(name: string): Promise<void>;
  createSubscription(name: string, topic: string, options?: SubscriptionOptions): Promise<void>;
  /** Ends its subscriptions, so that the emulator does nothing more for them. */
  close(): Promise<void>;
}

let projects = 0;

/** A project of its own for each call, with the dead-letter topic. */
export async function makePubsubProject(endpoint: string, id?: string): Promise<PubsubProject> {
  projects += 1;
  const options = { project: id ?? `project-${projects}`, endpoint };
  const pubsub = await openPubsub(options);
  const subscriptions: string[] = [];
  let closed: Promise<void> | undefined;
  const end = async () => {
    // The emulator itself may be gone.
    await Promise.allSettled(
      subscriptions.map((name) => pubsub.subscription(name).delete(callOptions(1000))),
    );
    await pubsub.close();
  };
  const close = () => {
    closed ??= end();
    return closed;
  };
  after(close);
  const fullName = (topic: string) =>
    `projects/${options.project}/topics/${topicName(topic, { namespace })}`;
  const project: PubsubProject = {
    options,
    async createTopic(name) {
      await pubsub.createTopic(fullName(name));
    },
    async createSubscription(name, topic, { ordered = false, maxAttempts } = {}) {
      await pubsub.createSubscription(fullName(topic), name, {
        enableMessageOrdering: ordered,
        ...(maxAttempts !== undefined && {
          deadLetterPolicy: {
            deadLetterTopic: fullName(topics.deadLetters),
            maxDeliveryAttempts: maxAttempts,
          },
        }),
      });
      subscriptions.push(name);
    },
    close,
  };
  await project.createTopic(topics.deadLetters);
  return project;
}
