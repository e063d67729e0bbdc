import type { CloudEvent } from '../contracts/cloud-event.ts';
import { encodeEvent, type PubsubMessage } from '../contracts/push-envelope.ts';
import { topic as topics } from '../contracts/topics.ts';
import type { DeadLetter, Delivery } from './message-store.ts';
import type { DeadLetterReason } from './messenger.ts';
import type { Subscription } from './push-messenger.ts';

/** A message as one subscription is to get it. */
export const toDelivery = (
  messageId: string,
  subscription: Subscription,
  data: string,
  attributes: Record<string, string>,
  publishedAt: Date,
): Delivery => ({
  id: `${messageId}/${subscription.name}`,
  messageId,
  topic: subscription.topic,
  subscription: subscription.name,
  data,
  attributes,
  attempts: 0,
  publishedAt,
});

/** An event as it is published. */
export const eventMessage = (event: CloudEvent): PubsubMessage => ({
  data: encodeEvent(event),
  attributes: { 'content-type': 'application/cloudevents+json' },
});

/** A message that its receiver gives up, as it is published to the dead-letter topic. */
export const deadLetterMessage = (
  { id, data }: { id: string; data: string },
  from: string,
  { code, message }: DeadLetterReason,
): PubsubMessage => ({
  data,
  attributes: {
    original_id: id,
    subscription: from,
    reason_code: code,
    reason_message: message,
  },
});

/** A message that a receiver put into the dead-letter topic, with its reason in the attributes. */
export function receivedDeadLetter(id: string, message: PubsubMessage, at: Date): DeadLetter {
  const { original_id, subscription, reason_code, reason_message, ...attributes } =
    message.attributes;
  return {
    id,
    topic: topics.deadLetters,
    subscription: subscription ?? '',
    data: message.data,
    attributes: { ...attributes, original_id: original_id ?? '' },
    attempts: 1,
    reasonCode: reason_code ?? 'MESSAGE_POISON',
    reasonMessage: reason_message ?? 'no reason was given',
    at,
  };
}
