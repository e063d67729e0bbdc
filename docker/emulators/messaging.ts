import { topic } from '@triad/shared/contracts/topics.ts';

/** All topics, without the namespace. */
export const topics: readonly string[] = Object.values(topic);

/** What is pushed to whom. */
export interface SubscriptionPlan {
  /** Without the namespace. */
  name: string;
  topic: string;
  receiver: 'invoker' | 'orchestrator';
  /** Of the receiver, where messages are pushed to. */
  path: string;
  /** Messages with one ordering key come in order; those that are given up become dead letters. */
  isOrdered: boolean;
}

export const subscriptions: readonly SubscriptionPlan[] = [
  {
    ...{ name: 'invoker', topic: topic.commands, receiver: 'invoker' },
    ...{ path: '/pubsub/push', isOrdered: true },
  },
  {
    ...{ name: 'orchestrator', topic: topic.outcomes, receiver: 'orchestrator' },
    ...{ path: '/pubsub/push', isOrdered: true },
  },
  {
    ...{ name: 'dead-letters', topic: topic.deadLetters, receiver: 'orchestrator' },
    ...{ path: '/pubsub/dead-letters', isOrdered: false },
  },
];

/** The same as in docker/terraform/modules/messaging; a test compares them. */
export const delivery = {
  ackDeadlineSeconds: 60,
  attempts: 10,
  backoff: { minimumSeconds: 10, maximumSeconds: 600 },
} as const;
