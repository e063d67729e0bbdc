import type { PushEnvelope } from '../contracts/push-envelope.ts';
import { PubsubPull, type PubsubPullOptions } from './pubsub-pull.ts';
import { localPush } from './push.ts';

export interface PubsubPullsOptions extends Omit<PubsubPullOptions, 'subscription' | 'push'> {
  /** What the names of subscriptions begin with, before a `-`. */
  namespace: string;
}

/** Takes an envelope as `/pubsub/push` does: to return is to acknowledge it. */
export type Receive = (envelope: PushEnvelope) => Promise<void>;

/** All subscriptions that one process pulls for itself. */
export class PubsubPulls {
  readonly #pulls: readonly PubsubPull[];

  /** @param receivers by the name of their subscription, without the namespace */
  constructor(
    { namespace, ...options }: PubsubPullsOptions,
    receivers: Readonly<Record<string, Receive>>,
  ) {
    this.#pulls = Object.entries(receivers).map(([name, receive]) => {
      const subscription = `${namespace}-${name}`;
      return new PubsubPull({ ...options, subscription, push: localPush(receive) });
    });
  }

  /** Begins to pull, and goes on until it is closed. */
  start(): void {
    for (const pull of this.#pulls) pull.start();
  }

  /** Answers, or throws why one of them cannot be pulled from. */
  async check(): Promise<void> {
    await Promise.all(this.#pulls.map((pull) => pull.check()));
  }

  /** Pulls no more, and waits for the receivers that have a message. */
  async close(): Promise<void> {
    await Promise.all(this.#pulls.map((pull) => pull.close()));
  }
}
