import type { Token } from '../access/token-source.ts';
import type { CloudEvent } from '../contracts/cloud-event.ts';
import type { PubsubMessage } from '../contracts/push-envelope.ts';
import { topic as topics } from '../contracts/topics.ts';
import { httpJson } from '../http/http-json.ts';
import { deadLetterMessage, eventMessage } from './delivery.ts';
import type { DeadLetterReason, Messenger } from './messenger.ts';

export interface HttpMessengerOptions {
  /** Where the messenger listens, such as `http://127.0.0.1:4180`. */
  url: string;
  /** The project part of a Pub/Sub topic name. @default 'triad' */
  project?: string;
  /** Of this service, where tokens are needed. */
  token?: Token | undefined;
}

/** Publishes in the shape of Pub/Sub's `projects.topics.publish`. */
export class HttpMessenger implements Messenger {
  readonly #url: string;
  readonly #project: string;
  readonly #token: Token | undefined;

  constructor(options: HttpMessengerOptions) {
    this.#url = options.url.replace(/\/$/, '');
    this.#project = options.project ?? 'triad';
    this.#token = options.token;
  }

  async publish(topic: string, event: CloudEvent): Promise<void> {
    await this.#publish(topic, eventMessage(event));
  }

  async deadLetter(
    message: { id: string; data: string },
    from: string,
    reason: DeadLetterReason,
  ): Promise<void> {
    await this.#publish(topics.deadLetters, deadLetterMessage(message, from, reason));
  }

  async check(): Promise<void> {
    await this.#ask('/healthz');
  }

  async #publish(topic: string, message: PubsubMessage): Promise<void> {
    await this.#ask(`/v1/projects/${this.#project}/topics/${topic}:publish`, {
      messages: [message],
    });
  }

  #ask(path: string, body?: unknown): Promise<unknown> {
    return httpJson({ service: 'messenger', url: this.#url + path, body, token: this.#token });
  }
}
