import type { CloudEvent } from '../contracts/cloud-event.ts';

/** Why a message was given up. */
export interface DeadLetterReason {
  code: string;
  message: string;
}

/**
 * Gets events from a sender to the subscribers of a topic: at least once, in any order.
 * `publish` resolves once the message is durable.
 */
export interface Messenger {
  publish(topic: string, event: CloudEvent): Promise<void>;
  /** Keeps a message that its receiver can never process, so that it is not redelivered for ever. */
  deadLetter(
    message: { id: string; data: string },
    from: string,
    reason: DeadLetterReason,
  ): Promise<void>;
  /** Answers, or throws when nothing can be published. */
  check(): Promise<void>;
}
