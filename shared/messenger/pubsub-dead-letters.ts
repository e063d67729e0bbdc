import type { Clock } from '../clock/clock.ts';
import { decodeEvent } from '../contracts/push-envelope.ts';
import { TriadError } from '../errors/triad-error.ts';
import type { DeadLetter, MessageStore } from './message-store.ts';
import type { Messenger } from './messenger.ts';
import { pubsubDeadLetter } from './pubsub-dead-letter.ts';
import type { Push } from './push.ts';

export interface PubsubDeadLettersOptions {
  store: Pick<MessageStore, 'addDeadLetter' | 'getDeadLetter' | 'deadLetters' | 'replay'>;
  messenger: Messenger;
  /** The topic of each subscription, by its name in the project. */
  topics: Readonly<Record<string, string>>;
  clock: Clock;
}

/**
 * Keeps what comes into the dead-letter topic until somebody sends it again: Pub/Sub itself would
 * neither list it nor keep it for long.
 */
export class PubsubDeadLetters {
  readonly #options: PubsubDeadLettersOptions;

  constructor(options: PubsubDeadLettersOptions) {
    this.#options = options;
  }

  /** Takes the messages of a subscription to the dead-letter topic, however often they come. */
  readonly receive: Push = async (envelope) => {
    const { store, topics, clock } = this.#options;
    const letter = pubsubDeadLetter(envelope, clock.now());
    if (await store.getDeadLetter(letter.id)) return;
    await store.addDeadLetter({ ...letter, topic: topics[letter.subscription] ?? letter.topic });
  };

  /** Newest first; with `before`, only those older than that one. */
  deadLetters(limit: number, before?: string): Promise<DeadLetter[]> {
    return this.#options.store.deadLetters(limit, before);
  }

  /**
   * Publishes a dead letter again, as a new message. Two who do so at once may send it twice.
   * What can never be read is `MESSAGE_POISON`, and is kept.
   */
  async replay(letterId: string): Promise<void> {
    const { store, messenger, topics, clock } = this.#options;
    const letter = await store.getDeadLetter(letterId);
    if (!letter) throw new TriadError('NOT_FOUND', { what: 'dead letter', name: letterId });
    const { subscription, data } = letter;
    const topic = topics[subscription];
    if (topic === undefined) {
      throw new TriadError('NOT_FOUND', { what: 'subscription', name: subscription });
    }
    await messenger.publish(topic, decodeEvent(letterId, data));
    await store.replay(letterId, [], clock.now());
  }
}
