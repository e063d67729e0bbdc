import type { PubSub, Topic } from '@google-cloud/pubsub';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { CloudEvent } from '../contracts/cloud-event.ts';
import { encodeEvent, eventIn, type PubsubMessage } from '../contracts/push-envelope.ts';
import { topic as topics } from '../contracts/topics.ts';
import { TriadError } from '../errors/triad-error.ts';
import { deadLetterMessage, eventMessage } from './delivery.ts';
import { runOf, storePayload } from './event-payload.ts';
import type { DeadLetterReason } from './messenger.ts';
import {
  callOptions,
  openPubsub,
  type PubsubOptions,
  type ResourceNames,
  topicName,
} from './pubsub-client.ts';
import { toPubsubError } from './pubsub-error.ts';
import type { Publisher } from './pubsub-hub.ts';

export interface PubsubMessengerOptions extends PubsubOptions, ResourceNames {
  /** The topics that `check` asks for: those that this service publishes to. @default all of Triad's */
  checked?: readonly string[] | undefined;
  /** Takes the data of events that are too large for a message. @default these are refused */
  artifacts?: ArtifactStore | undefined;
  /** How long a message is tried to be published, in milliseconds. @default 10 000 */
  timeoutMs?: number | undefined;
}

interface Outgoing {
  data: Buffer;
  attributes: Record<string, string>;
  orderingKey?: string;
}

interface OpenTopic {
  topic: Topic;
  /** Ordering keys that the SDK accepts nothing for until it is told to. */
  stalled: Set<string>;
}

/**
 * The largest message, in bytes: Pub/Sub takes requests of 10 MB
 * (cloud.google.com/pubsub/quotas#resource_limits), the rest of which is left for names.
 */
export const messageLimit = 10_000_000;
/** What is larger, in bytes, refers to its data in the artifact store. */
export const payloadLimit = 9_000_000;
/** The largest value of an attribute, in bytes (same page). */
const attributeLimit = 1024;

/**
 * Publishes to Google Cloud Pub/Sub. The messages of one run have its id as ordering key, so that a
 * subscription which asks for it gets them in the order of their publication. The data of a large
 * event goes to the artifact store, where receivers get it from (`openPayload`); without a store, or
 * for what is of no run, a message above the limit is `MESSAGE_TOO_LARGE`.
 */
export class PubsubMessenger implements Publisher {
  readonly #options: PubsubMessengerOptions;
  #pubsub: Promise<PubSub> | undefined;
  readonly #topics = new Map<string, OpenTopic>();
  #isClosed = false;

  constructor(options: PubsubMessengerOptions) {
    this.#options = options;
  }

  async publish(topic: string, event: CloudEvent): Promise<void> {
    const orderingKey = runOf(event);
    const message = { ...eventMessage(event), ...(orderingKey !== undefined && { orderingKey }) };
    await this.#publish(topic, outgoing(message));
  }

  /** Pub/Sub's `topics.publish`. @returns the message ids, in the order of `messages` */
  publishMessages(topic: string, messages: readonly PubsubMessage[]): Promise<string[]> {
    return Promise.all(messages.map((message) => this.#publish(topic, outgoing(message))));
  }

  async deadLetter(
    message: { id: string; data: string },
    from: string,
    reason: DeadLetterReason,
  ): Promise<void> {
    const { data, attributes } = deadLetterMessage(message, from, reason);
    const fitting = Object.entries(attributes).map(([key, value]) => [key, shortened(value)]);
    const letter = { data, attributes: Object.fromEntries(fitting) };
    await this.#publish(topics.deadLetters, outgoing(letter));
  }

  async check(): Promise<void> {
    const { checked = Object.values(topics) } = this.#options;
    await Promise.all(
      checked.map((name) =>
        this.#use(name, async ({ topic }) => {
          await topic.getMetadata(this.#callOptions);
        }),
      ),
    );
  }

  /** Ends the connection; what is published from then on is `SERVICE_STOPPING`. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const pubsub = await this.#pubsub?.catch(() => undefined);
    await pubsub?.close();
  }

  async #publish(name: string, given: Outgoing): Promise<string> {
    const message = sizeOf(given) > payloadLimit ? await this.#lightened(given) : given;
    const bytes = sizeOf(message);
    if (bytes > messageLimit) {
      throw new TriadError('MESSAGE_TOO_LARGE', { topic: name, bytes, limit: messageLimit });
    }
    return this.#use(name, async ({ topic, stalled }) => {
      const { orderingKey: key } = message;
      if (key !== undefined && stalled.delete(key)) topic.resumePublishing(key);
      try {
        return await topic.publishMessage(message);
      } catch (error) {
        // Not resumed here: the SDK stops the key only after it has told the senders.
        if (key !== undefined) stalled.add(key);
        throw error;
      }
    });
  }

  /** The same, with its data in the artifact store, where that can be. */
  async #lightened(message: Outgoing): Promise<Outgoing> {
    const { artifacts } = this.#options;
    const event = artifacts && eventIn(message.data.toString('base64'));
    const light = event && (await storePayload(artifacts, event));
    return light ? { ...message, data: Buffer.from(encodeEvent(light), 'base64') } : message;
  }

  async #use<T>(name: string, work: (open: OpenTopic) => Promise<T>): Promise<T> {
    try {
      if (this.#isClosed) throw new TriadError('SERVICE_STOPPING');
      return await work(await this.#open(name));
    } catch (error) {
      const resource = `projects/${this.#options.project}/topics/${topicName(name, this.#options)}`;
      throw toPubsubError(error, { kind: 'topic', name, resource });
    }
  }

  async #open(name: string): Promise<OpenTopic> {
    this.#pubsub ??= openPubsub(this.#options).catch((error: unknown) => {
      this.#pubsub = undefined;
      throw error;
    });
    const pubsub = await this.#pubsub;
    let open = this.#topics.get(name);
    if (!open) {
      const topic = pubsub.topic(topicName(name, this.#options), {
        messageOrdering: true,
        // A sender waits for each of its messages, so there is nothing to wait for.
        batching: { maxMessages: 1, maxMilliseconds: 0 },
        gaxOpts: this.#callOptions,
      });
      open = { topic, stalled: new Set() };
      this.#topics.set(name, open);
    }
    return open;
  }

  get #callOptions() {
    return callOptions(this.#options.timeoutMs ?? 10_000);
  }
}

const outgoing = ({ data, attributes, orderingKey }: PubsubMessage): Outgoing => ({
  data: Buffer.from(data, 'base64'),
  attributes,
  ...(orderingKey !== undefined && { orderingKey }),
});

function sizeOf({ data, attributes, orderingKey = '' }: Outgoing): number {
  const texts = Object.entries(attributes).flat();
  return [...texts, orderingKey].reduce(
    (sum, text) => sum + Buffer.byteLength(text),
    data.byteLength,
  );
}

/** Cut at the end of a character, so that it fits into an attribute. */
function shortened(value: string): string {
  if (Buffer.byteLength(value) <= attributeLimit) return value;
  let kept = '';
  let bytes = Buffer.byteLength('…');
  for (const character of value) {
    bytes += Buffer.byteLength(character);
    if (bytes > attributeLimit) break;
    kept += character;
  }
  return `${kept}…`;
}
