import type { PubsubMessage } from '../contracts/push-envelope.ts';
import type { DeadLetter } from './message-store.ts';
import type { Messenger } from './messenger.ts';

/** What the orchestrator has of messages beside sending its own: the way of others, and what was given up. */
export interface MessageHub extends Messenger {
  /** Begins delivering, where it is this process that delivers. */
  start(): void;
  /** Stops after what is under way. */
  stop(): Promise<void>;
  /** Pub/Sub's `topics.publish`. @returns the message ids, in the order of `messages` */
  publishMessages(topic: string, messages: PubsubMessage[]): Promise<string[]>;
  /** Newest first; with `before`, only those older than that one. */
  deadLetters(limit: number, before?: string): Promise<DeadLetter[]>;
  /** Sends a dead letter to its subscription again. `NOT_FOUND` when there is none. */
  replay(letterId: string): Promise<void>;
}
