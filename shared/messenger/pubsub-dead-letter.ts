import type { PushEnvelope } from '../contracts/push-envelope.ts';
import { TriadError } from '../errors/triad-error.ts';
import { timeOrderedId } from '../ids/ids.ts';
import { receivedDeadLetter } from './delivery.ts';
import type { DeadLetter } from './message-store.ts';

/** What Pub/Sub calls the attributes that it adds (cloud.google.com/pubsub/docs/handling-failures). */
const added = 'CloudPubSubDeadLetterSource';

/**
 * A message of the dead-letter topic, as every messenger keeps it: given up by a receiver with its
 * reason, or by Pub/Sub after the last attempt, which says no more than from where and how often.
 * The same message gives the same id, and a later one a greater id.
 */
export function pubsubDeadLetter({ message }: PushEnvelope, at: Date): DeadLetter {
  const { messageId, attributes, data, publishTime } = message;
  const publishedAt = publishTime === undefined ? at : new Date(publishTime);
  const id = timeOrderedId(publishedAt, messageId);
  const own = Object.fromEntries(
    Object.entries(attributes).filter(([name]) => !name.startsWith(added)),
  );
  const letter = receivedDeadLetter(id, { data, attributes: own }, at);
  const subscription = attributes[`${added}Subscription`];
  if (subscription === undefined) {
    return { ...letter, subscription: letter.subscription.split('/').at(-1) ?? '' };
  }
  const attempts = Number(attributes[`${added}DeliveryCount`] ?? 1);
  const reason = attributes[`${added}DeliveryErrorMessage`] ?? 'its receiver took none of them';
  const { topic } = letter;
  const { code, message: text } = new TriadError('DELIVERY_EXHAUSTED', {
    id,
    topic,
    attempts,
    reason,
  });
  return { ...letter, subscription, attempts, reasonCode: code, reasonMessage: text };
}
