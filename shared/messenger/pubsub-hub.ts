import type { Clock } from '../clock/clock.ts';
import type { CloudEvent } from '../contracts/cloud-event.ts';
import {
  eventIn,
  type PubsubMessage,
  type PushEnvelope,
  parsePushEnvelope,
} from '../contracts/push-envelope.ts';
import { TriadError } from '../errors/triad-error.ts';
import type { Ids } from '../ids/ids.ts';
import { runOf } from './event-payload.ts';
import type { MessageHub } from './message-hub.ts';
import type { DeadLetter, MessageStore } from './message-store.ts';
import type { DeadLetterReason, Messenger } from './messenger.ts';
import { pubsubDeadLetter } from './pubsub-dead-letter.ts';
import type { PubsubPulls } from './pubsub-pulls.ts';

/** Publishes, and lets go of what it holds when it is closed. */
export interface Publisher extends Messenger {
  publishMessages(topic: string, messages: PubsubMessage[]): Promise<string[]>;
  close(): Promise<void>;
}

export interface PubSubHubOptions {
  publisher: Publisher;
  /** Dead letters are kept here, where people look at them. */
  store: Pick<MessageStore, 'addDeadLetter' | 'deadLetters' | 'getDeadLetter' | 'replay'>;
  /** The topic of each subscription, by names without a namespace. */
  topics: Readonly<Record<string, string>>;
  namespace: string;
  /** What this process pulls for itself; without it, all is pushed to it. */
  pulls?: Pick<PubsubPulls, 'start' | 'check' | 'close'> | undefined;
  clock: Clock;
  ids: Ids;
}

/**
 * The orchestrator's messages where Pub/Sub delivers. What Pub/Sub gives up, it forwards to the
 * dead-letter topic (cloud.google.com/pubsub/docs/handling-failures), whose subscription pushes to
 * `keepDeadLetter`; so dead letters are in the state, as they are embedded.
 */
export class PubSubHub implements MessageHub {
  readonly #options: PubSubHubOptions;

  constructor(options: PubSubHubOptions) {
    this.#options = options;
  }

  /** Pub/Sub delivers by itself, but for what is pulled. */
  start(): void {
    this.#options.pulls?.start();
  }

  async stop(): Promise<void> {
    await this.#options.pulls?.close();
    await this.#options.publisher.close();
  }

  publish(topic: string, event: CloudEvent): Promise<void> {
    return this.#options.publisher.publish(topic, event);
  }

  publishMessages(topic: string, messages: PubsubMessage[]): Promise<string[]> {
    return this.#options.publisher.publishMessages(topic, messages);
  }

  async check(): Promise<void> {
    await Promise.all([this.#options.publisher.check(), this.#options.pulls?.check()]);
  }

  /** Kept at once: the way by the topic would end here too. */
  async deadLetter(
    message: { id: string; data: string },
    subscription: string,
    { code, message: text }: DeadLetterReason,
  ): Promise<void> {
    const { store, clock, ids, namespace } = this.#options;
    await store.addDeadLetter({
      id: ids.next(),
      ...this.#from(plainName(subscription, namespace)),
      data: message.data,
      attributes: { original_id: message.id },
      attempts: 1,
      reasonCode: code,
      reasonMessage: text,
      at: clock.now(),
    });
  }

  /** Takes a push of the dead-letter subscription; returning acknowledges it. */
  async keepDeadLetter(body: unknown): Promise<void> {
    const { store, clock } = this.#options;
    await store.addDeadLetter(this.#letterOf(parsePushEnvelope(body), clock.now()));
  }

  deadLetters(limit: number, before?: string): Promise<DeadLetter[]> {
    return this.#options.store.deadLetters(limit, before);
  }

  /**
   * Published again before it is forgotten: should this process die in between, it comes twice. It
   * has the ordering key of its run again, so that what is published for the run after it, such as a
   * cancellation, comes after it.
   */
  async replay(letterId: string): Promise<void> {
    const { store, clock, publisher, topics } = this.#options;
    const letter = await store.getDeadLetter(letterId);
    if (!letter) throw new TriadError('NOT_FOUND', { what: 'dead letter', name: letterId });
    const topic = topics[letter.subscription];
    if (topic === undefined) {
      throw new TriadError('NOT_FOUND', { what: 'subscription', name: letter.subscription });
    }
    const { data, attributes } = letter;
    const event = eventIn(data);
    const orderingKey = event && runOf(event);
    const message = { data, attributes, ...(orderingKey !== undefined && { orderingKey }) };
    await publisher.publishMessages(topic, [message]);
    await store.replay(letterId, [], clock.now());
  }

  #letterOf(envelope: PushEnvelope, at: Date): DeadLetter {
    const letter = pubsubDeadLetter(envelope, at);
    return { ...letter, ...this.#from(plainName(letter.subscription, this.#options.namespace)) };
  }

  #from(subscription: string): Pick<DeadLetter, 'subscription' | 'topic'> {
    return { subscription, topic: this.#options.topics[subscription] ?? '' };
  }
}

/** Of `projects/p/subscriptions/<namespace>-invoker`: `invoker`. */
export function plainName(subscription: string, namespace: string): string {
  const name = subscription.slice(subscription.lastIndexOf('/') + 1);
  return name.startsWith(`${namespace}-`) ? name.slice(namespace.length + 1) : name;
}
