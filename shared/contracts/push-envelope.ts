import { z } from 'zod';
import { parseInput } from '../errors/parse-input.ts';
import { TriadError } from '../errors/triad-error.ts';
import { type CloudEvent, parseCloudEvent } from './cloud-event.ts';

/** A message as Pub/Sub's REST API carries it; `data` is base64. */
export const pubsubMessage = z.looseObject({
  data: z.base64({ error: 'expected base64' }).default(''),
  attributes: z.record(z.string(), z.string()).default({}),
  orderingKey: z.string().optional(),
});
export type PubsubMessage = z.infer<typeof pubsubMessage>;

/** The body of a Pub/Sub push request (cloud.google.com/pubsub/docs/push). */
export const pushEnvelope = z.looseObject({
  message: pubsubMessage.extend({
    messageId: z.string().min(1),
    publishTime: z.string().optional(),
  }),
  subscription: z.string().min(1),
  /** From 1, present when the subscription has a dead-letter policy. */
  deliveryAttempt: z.int().min(1).optional(),
});
export type PushEnvelope = z.infer<typeof pushEnvelope>;

export const parsePushEnvelope = (input: unknown): PushEnvelope =>
  parseInput(pushEnvelope, input, 'push envelope');

/** The body of Pub/Sub's `topics.publish`. */
export const publishRequest = z.strictObject({ messages: z.array(pubsubMessage).min(1).max(1000) });

export const encodeEvent = (event: CloudEvent): string =>
  Buffer.from(JSON.stringify(event)).toString('base64');

/** The CloudEvent inside a message, or `MESSAGE_POISON` when it can never be read. */
export function decodeEvent(id: string, data: string): CloudEvent {
  try {
    return parseCloudEvent(JSON.parse(Buffer.from(data, 'base64').toString('utf8')));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TriadError('MESSAGE_POISON', { id, reason }, { cause: error });
  }
}

/** The same; nothing where there is none, which is left to the receiver to say. */
export function eventIn(data: string): CloudEvent | undefined {
  try {
    return decodeEvent('', data);
  } catch {
    return undefined;
  }
}
