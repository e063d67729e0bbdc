import type { Message, PubSub, Subscription } from '@google-cloud/pubsub';
import type { CancelTimer, Clock } from '../clock/clock.ts';
import { OrderedDispatch } from '../concurrency/ordered-dispatch.ts';
import { TriadError } from '../errors/triad-error.ts';
import type { Logger } from '../log/logger.ts';
import { type BackoffPolicy, backoff } from './backoff.ts';
import { callOptions, openPubsub, type PubsubOptions } from './pubsub-client.ts';
import { toPushEnvelope } from './pubsub-envelope.ts';
import { toPubsubError } from './pubsub-error.ts';
import type { Push } from './push.ts';

export interface PubsubPullOptions extends PubsubOptions {
  /** The subscription's name in the project. */
  subscription: string;
  /** Gets each message in the envelope that `/pubsub/push` gets. */
  push: Push;
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  log: Logger;
  /** Messages that are handed over at a time. @default 16 */
  concurrency?: number | undefined;
  /** A receiver that has not answered by then counts as failed, in milliseconds. @default 60 000 */
  ackDeadlineMs?: number | undefined;
}

/** How long closing waits for receivers. */
const DRAIN_MS = 30_000;

/** When a subscription is opened again that cannot be pulled from. */
const reopening: BackoffPolicy = { initialMs: 1000, maxMs: 60_000 };

/**
 * Pulls the messages of a subscription for a receiver that cannot be pushed to: acknowledges what
 * it takes, gives back what it refuses. Messages with one ordering key are handed over one after
 * the other.
 */
export class PubsubPull {
  readonly #options: PubsubPullOptions;
  /** Its full name. */
  readonly #resource: string;
  readonly #dispatch: OrderedDispatch<Message>;
  #pubsub: Promise<PubSub> | undefined;
  #subscription: Subscription | undefined;
  #opening: Promise<void> | undefined;
  #isClosed = false;
  /** Since a message came. */
  #failures = 0;
  #cancelReopening: CancelTimer = () => {};

  constructor(options: PubsubPullOptions) {
    this.#options = options;
    this.#resource = `projects/${options.project}/subscriptions/${options.subscription}`;
    this.#dispatch = new OrderedDispatch({
      concurrency: options.concurrency ?? 16,
      keyOf: ({ orderingKey }) => orderingKey ?? '',
      work: (message) => this.#deliver(message),
    });
  }

  /** Begins to pull, and goes on until it is closed, however often Pub/Sub is away. */
  start(): void {
    if (this.#isClosed) return;
    this.#opening ??= this.#open()
      .catch((error: unknown) => {
        this.#report(error);
        this.#reopenLater();
      })
      .finally(() => {
        this.#opening = undefined;
      });
  }

  /** Answers, or throws why nothing can be pulled: it asks for the subscription. */
  async check(): Promise<void> {
    try {
      if (this.#isClosed) throw new TriadError('SERVICE_STOPPING');
      const pubsub = await this.#client();
      await pubsub.subscription(this.#options.subscription).getMetadata(callOptions(10_000));
    } catch (error) {
      throw this.#coded(error);
    }
  }

  /**
   * Pulls no more, gives back what no receiver has yet, and waits for the receivers that have a
   * message; what these have not answered by then is given back too.
   */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelReopening();
    await this.#opening;
    for (const message of this.#dispatch.withdraw()) message.nack();
    await this.#subscription?.close();
    const pubsub = await this.#pubsub?.catch(() => undefined);
    await pubsub?.close();
  }

  #client(): Promise<PubSub> {
    this.#pubsub ??= openPubsub(this.#options).catch((error: unknown) => {
      this.#pubsub = undefined;
      throw error;
    });
    return this.#pubsub;
  }

  async #open(): Promise<void> {
    const { subscription: name, concurrency = 16 } = this.#options;
    const pubsub = await this.#client();
    const { Duration, SubscriptionCloseBehaviors } = await import('@google-cloud/pubsub');
    if (this.#isClosed) return;
    const subscription = pubsub.subscription(name, {
      // One stream is plenty for messages that are about jobs of seconds to hours.
      streamingOptions: { maxStreams: 1, retryMaxBackoff: Duration.from({ seconds: 10 }) },
      flowControl: { maxMessages: concurrency },
      // An acknowledgement that is lost costs a second delivery, and holds up the closing.
      batching: { maxMilliseconds: 10, callOptions: callOptions(5000) },
      closeOptions: {
        behavior: SubscriptionCloseBehaviors.WaitForProcessing,
        timeout: Duration.from({ milliseconds: DRAIN_MS }),
      },
    });
    this.#subscription = subscription;
    subscription.on('error', (error) => this.#report(error));
    // What passes the SDK bears by itself; it closes when the subscription, a right or a login is missing.
    subscription.on('close', () => this.#reopenLater());
    subscription.on('message', (message) => this.#received(message));
  }

  #received(message: Message): void {
    this.#failures = 0;
    if (this.#isClosed) message.nack();
    else this.#dispatch.add(message);
  }

  #report(error: unknown): void {
    const { subscription, log } = this.#options;
    log.error({ err: this.#coded(error), subscription }, 'a subscription could not be pulled from');
  }

  #reopenLater(): void {
    if (this.#isClosed) return;
    const { clock, random } = this.#options;
    this.#failures += 1;
    this.#cancelReopening();
    const delayMs = backoff(this.#failures, reopening, random);
    this.#cancelReopening = clock.setTimer(delayMs, () => this.start());
  }

  #coded(error: unknown): TriadError {
    const { subscription: name } = this.#options;
    return toPubsubError(error, { kind: 'subscription', name, resource: this.#resource });
  }

  async #deliver(message: Message): Promise<void> {
    const { push, clock, log, ackDeadlineMs = 60_000 } = this.#options;
    const deadline = new AbortController();
    const cancelDeadline = clock.setTimer(ackDeadlineMs, () => {
      deadline.abort(new Error(`no answer within ${ackDeadlineMs} ms`));
    });
    try {
      await push(toPushEnvelope(message, this.#resource), deadline.signal);
      message.ack();
    } catch (error) {
      const { id: messageId, deliveryAttempt: attempts } = message;
      const fields = { messageId, subscription: this.#resource, attempts, reason: String(error) };
      log.warn(fields, 'a message was not acknowledged');
      message.nack();
    } finally {
      cancelDeadline();
    }
  }
}
