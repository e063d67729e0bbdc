import { type CancelTimer, type Clock, sleep } from '../clock/clock.ts';
import type { CloudEvent } from '../contracts/cloud-event.ts';
import type { PubsubMessage, PushEnvelope } from '../contracts/push-envelope.ts';
import { topic as topics } from '../contracts/topics.ts';
import { TriadError } from '../errors/triad-error.ts';
import type { Ids } from '../ids/ids.ts';
import type { Logger } from '../log/logger.ts';
import { type BackoffPolicy, backoff } from './backoff.ts';
import { deadLetterMessage, eventMessage, receivedDeadLetter, toDelivery } from './delivery.ts';
import type { MessageHub } from './message-hub.ts';
import type { DeadLetter, Delivery, MessageStore } from './message-store.ts';
import type { DeadLetterReason } from './messenger.ts';
import type { Push } from './push.ts';

/** Who gets the messages of a topic. */
export interface Subscription {
  name: string;
  topic: string;
  push: Push;
}

export interface DeliveryPolicy {
  /** After this many attempts a message becomes a dead letter. */
  maxAttempts: number;
  backoff: BackoffPolicy;
  /** A receiver that has not answered by then counts as failed, in milliseconds. */
  ackDeadlineMs: number;
  /** Pushes at a time. */
  concurrency: number;
}

/** How long it may take to record how a delivery ended, in milliseconds. */
const RECORDING_MS = 5000;

/** Ten attempts over one to two minutes: a service that is restarted misses nothing. */
export const defaultDeliveryPolicy: DeliveryPolicy = {
  maxAttempts: 10,
  backoff: { initialMs: 250, maxMs: 60_000 },
  ackDeadlineMs: 10_000,
  concurrency: 16,
};

export interface PushMessengerOptions {
  store: MessageStore;
  subscriptions: Subscription[];
  clock: Clock;
  ids: Ids;
  /** Uniform in [0, 1). */
  random: () => number;
  log: Logger;
  policy?: DeliveryPolicy;
}

/**
 * The embedded messenger: keeps each message in the store until its receiver acknowledges a push
 * of it; otherwise that is tried again with backoff, and at last buried in the dead letters.
 */
export class PushMessenger implements MessageHub {
  readonly #options: PushMessengerOptions;
  readonly #policy: DeliveryPolicy;
  readonly #underWay = new Map<string, Promise<void>>();
  #cancelTimer: CancelTimer = () => {};
  #wakesAt: Date | undefined;
  /** Pushes that will begin once their deliveries are stored. */
  #reserved = 0;
  #running = false;
  #pumping: Promise<void> | undefined;
  #pumpAgain = false;
  /** Whether more may be due than there was room for. */
  #isBehind = false;

  constructor(options: PushMessengerOptions) {
    this.#options = options;
    this.#policy = options.policy ?? defaultDeliveryPolicy;
  }

  /** Begins delivering, also what an earlier process left undelivered. */
  start(): void {
    this.#running = true;
    this.#wake();
  }

  /** Stops after the requests under way have been answered; the rest stays in the store. */
  async stop(): Promise<void> {
    this.#running = false;
    await this.#pumping;
    this.#forgetWaking();
    await Promise.all(this.#underWay.values());
  }

  /** Of an event that its sender keeps, in the outbox of the same database, until this resolves. */
  async publish(topic: string, event: CloudEvent): Promise<void> {
    await this.#publish(topic, [eventMessage(event)], { soon: true });
  }

  /**
   * Pub/Sub's `topics.publish`. Messages for the dead-letter topic are kept there.
   *
   * @returns the message ids, in the order of `messages`
   */
  publishMessages(topic: string, messages: PubsubMessage[]): Promise<string[]> {
    return this.#publish(topic, messages, { soon: false });
  }

  async #publish(
    topic: string,
    messages: PubsubMessage[],
    how: { soon: boolean },
  ): Promise<string[]> {
    const { store, clock, ids } = this.#options;
    const now = clock.now();
    const messageIds = messages.map(() => ids.next());
    if (topic === topics.deadLetters) {
      for (const [index, message] of messages.entries()) {
        await store.addDeadLetter(receivedDeadLetter(messageIds[index] ?? '', message, now));
      }
      return messageIds;
    }
    const subscriptions = this.#options.subscriptions.filter((s) => s.topic === topic);
    if (subscriptions.length === 0) {
      throw new TriadError('NOT_FOUND', { what: 'topic', name: topic });
    }
    const deliveries = messages.flatMap(({ data, attributes }, index) =>
      subscriptions.map((subscription): Delivery => {
        const messageId = messageIds[index] ?? '';
        return toDelivery(messageId, subscription, data, attributes, now);
      }),
    );
    await this.#deliverNew(deliveries, now, how);
    return messageIds;
  }

  /** Pushes them at once where there is room; the others wait for their turn in the store. */
  async #deliverNew(deliveries: Delivery[], now: Date, how: { soon: boolean }): Promise<void> {
    const { store } = this.#options;
    const isRoom = this.#free >= deliveries.length;
    if (!this.#running || !isRoom) {
      await store.addDeliveries(deliveries, now, how);
      return this.#wake();
    }
    this.#reserved += deliveries.length;
    try {
      await store.addDeliveries(deliveries, this.#leaseEnd(now), { ...how, takenAt: now });
    } finally {
      this.#reserved -= deliveries.length;
    }
    for (const delivery of deliveries) this.#begin(delivery);
  }

  async deadLetter(
    message: { id: string; data: string },
    from: string,
    reason: DeadLetterReason,
  ): Promise<void> {
    await this.publishMessages(topics.deadLetters, [deadLetterMessage(message, from, reason)]);
  }

  /** Sends a dead letter to its subscription again, as a new message. */
  async replay(letterId: string): Promise<void> {
    const { store, clock, ids } = this.#options;
    const letter = await store.getDeadLetter(letterId);
    if (!letter) throw new TriadError('NOT_FOUND', { what: 'dead letter', name: letterId });
    const subscription = this.#options.subscriptions.find((s) => s.name === letter.subscription);
    if (!subscription) {
      throw new TriadError('NOT_FOUND', { what: 'subscription', name: letter.subscription });
    }
    const now = clock.now();
    const delivery = toDelivery(ids.next(), subscription, letter.data, letter.attributes, now);
    if (!(await store.replay(letterId, [delivery], now))) {
      throw new TriadError('NOT_FOUND', { what: 'dead letter', name: letterId });
    }
    this.#wake();
  }

  /** Newest first; with `before`, only those older than that one. */
  deadLetters(limit: number, before?: string): Promise<DeadLetter[]> {
    return this.#options.store.deadLetters(limit, before);
  }

  async check(): Promise<void> {
    await this.#options.store.nextDue(this.#options.clock.now());
  }

  /** One pump at a time; a wake during a pump makes it look once more. */
  #wake(): void {
    if (!this.#running) return;
    if (this.#pumping) {
      this.#pumpAgain = true;
      return;
    }
    this.#forgetWaking();
    this.#pumping = this.#pump()
      .catch((error: unknown) => {
        this.#options.log.error({ err: error }, 'the message store cannot be read');
        const pauseMs = this.#policy.backoff.initialMs;
        this.#wakeAt(new Date(this.#options.clock.now().getTime() + pauseMs));
      })
      .finally(() => {
        this.#pumping = undefined;
        if (!this.#pumpAgain) return;
        this.#pumpAgain = false;
        this.#wake();
      });
  }

  /** Wakes then, or earlier where an earlier time was asked for. */
  #wakeAt(at: Date): void {
    if (!this.#running || (this.#wakesAt && this.#wakesAt <= at)) return;
    this.#forgetWaking();
    this.#wakesAt = at;
    const delayMs = Math.max(0, at.getTime() - this.#options.clock.now().getTime());
    this.#cancelTimer = this.#options.clock.setTimer(delayMs, () => this.#wake());
  }

  #forgetWaking(): void {
    this.#cancelTimer();
    this.#wakesAt = undefined;
  }

  async #pump(): Promise<void> {
    const { store, clock } = this.#options;
    const free = this.#free;
    const now = clock.now();
    const due = await this.#takeDue(now, free);
    this.#isBehind = due.length === free;
    for (const delivery of due) this.#begin(delivery);
    const next = await store.nextDue(now);
    // What others take from now on may be left by them: it is looked for when their time is over.
    const latest = this.#leaseEnd(now);
    this.#wakeAt(next && next < latest ? next : latest);
  }

  async #takeDue(now: Date, free: number): Promise<Delivery[]> {
    if (free === 0) return [];
    this.#reserved += free;
    try {
      return await this.#options.store.takeDue(now, this.#leaseEnd(now), free);
    } finally {
      this.#reserved -= free;
    }
  }

  get #free(): number {
    return Math.max(0, this.#policy.concurrency - this.#underWay.size - this.#reserved);
  }

  #begin(delivery: Delivery): void {
    const attempt = this.#deliver(delivery).finally(() => {
      this.#underWay.delete(delivery.id);
      if (this.#isBehind) this.#wake();
    });
    this.#underWay.set(delivery.id, attempt);
  }

  /** By then a delivery has ended and been recorded, or its messenger is dead. */
  #leaseEnd(now: Date): Date {
    return new Date(now.getTime() + this.#policy.ackDeadlineMs + RECORDING_MS);
  }

  async #deliver(delivery: Delivery): Promise<void> {
    const { store, clock, log } = this.#options;
    try {
      const failure = await this.#push(delivery);
      if (failure === undefined) await store.acknowledge(delivery.id);
      else await this.#retryOrBury(delivery, failure);
    } catch (error) {
      log.error({ err: error, messageId: delivery.messageId }, 'a delivery could not be recorded');
      // Without a pause a store that is full would be asked without end.
      await sleep(clock, this.#policy.backoff.initialMs);
    }
  }

  /** Why the push was not acknowledged; `undefined` when it was. */
  async #push(delivery: Delivery): Promise<string | undefined> {
    const { subscriptions, clock } = this.#options;
    const subscription = subscriptions.find((s) => s.name === delivery.subscription);
    if (!subscription) return `no subscription named ${delivery.subscription}`;
    const envelope: PushEnvelope = {
      message: {
        data: delivery.data,
        attributes: delivery.attributes,
        messageId: delivery.messageId,
        publishTime: delivery.publishedAt.toISOString(),
      },
      subscription: delivery.subscription,
      deliveryAttempt: delivery.attempts + 1,
    };
    const { ackDeadlineMs } = this.#policy;
    const deadline = new AbortController();
    const cancelDeadline = clock.setTimer(ackDeadlineMs, () => {
      deadline.abort(new Error(`no answer within ${ackDeadlineMs} ms`));
    });
    try {
      await subscription.push(envelope, deadline.signal);
      return undefined;
    } catch (error) {
      const cause = error instanceof Error && error.cause ? ` (${String(error.cause)})` : '';
      return `${String(error)}${cause}`;
    } finally {
      cancelDeadline();
    }
  }

  async #retryOrBury(delivery: Delivery, reason: string): Promise<void> {
    const { store, clock, ids, random, log } = this.#options;
    const attempts = delivery.attempts + 1;
    const { messageId, topic, subscription } = delivery;
    log.warn({ messageId, topic, subscription, attempts, reason }, 'a push was not acknowledged');
    if (attempts < this.#policy.maxAttempts) {
      const delay = backoff(attempts, this.#policy.backoff, random);
      const dueAt = new Date(clock.now().getTime() + delay);
      await store.reschedule(delivery.id, attempts, dueAt);
      return this.#wakeAt(dueAt);
    }
    const id = ids.next();
    const error = new TriadError('DELIVERY_EXHAUSTED', { id, topic, attempts, reason });
    await store.bury(delivery.id, {
      id,
      topic,
      subscription,
      data: delivery.data,
      attributes: delivery.attributes,
      attempts,
      reasonCode: error.code,
      reasonMessage: error.message,
      at: clock.now(),
    });
  }
}
