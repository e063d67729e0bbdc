import type { Message } from '@google-cloud/pubsub';
import type { PushEnvelope } from '../contracts/push-envelope.ts';

/** What of a pulled message is in an envelope. */
export type PulledMessage = Pick<
  Message,
  'id' | 'data' | 'attributes' | 'orderingKey' | 'publishTime' | 'deliveryAttempt'
>;

/**
 * A message that was pulled, in the shape that Pub/Sub pushes it.
 *
 * @param subscription its full name, such as `projects/p/subscriptions/s`
 */
export function toPushEnvelope(message: PulledMessage, subscription: string): PushEnvelope {
  const { id, data, attributes, orderingKey, publishTime, deliveryAttempt } = message;
  return {
    message: {
      data: data.toString('base64'),
      attributes,
      messageId: id,
      publishTime: new Date(publishTime.getTime()).toISOString(),
      ...(orderingKey ? { orderingKey } : {}),
    },
    subscription,
    // The SDK says 0 where the subscription has no dead-letter policy and nobody counts.
    ...(deliveryAttempt > 0 && { deliveryAttempt }),
  };
}
