import { instant } from '@triad/shared/contracts/dates.ts';
import { publishRequest } from '@triad/shared/contracts/push-envelope.ts';
import type { MessageHub } from '@triad/shared/messenger/message-hub.ts';
import { z } from 'zod';
import { type Route, route } from './route.ts';

const deadLetterList = z.strictObject({
  deadLetters: z.array(
    z.strictObject({
      id: z.string(),
      topic: z.string(),
      subscription: z.string(),
      attempts: z.int(),
      reasonCode: z.string(),
      reasonMessage: z.string(),
      at: instant,
      data: z.base64().describe('The CloudEvent, as it was published.'),
      attributes: z.record(z.string(), z.string()),
    }),
  ),
  next: z.string().nullable().describe('Pass as before to get the next page.'),
});

const deadLetterQuery = z.strictObject({
  before: z.string().optional().describe('Only messages given up before this one.'),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});

/**
 * @param receive takes a push request; returning acknowledges it
 */
export function messageRoutes(
  messenger: MessageHub,
  receive: (body: unknown) => Promise<void>,
): Route[] {
  return [
    route({
      method: 'post',
      path: '/v1/projects/{project}/topics/{topic}:publish',
      summary: "Publish messages: Pub/Sub's REST shape.",
      role: 'service',
      params: z.strictObject({ project: z.string(), topic: z.string() }),
      body: publishRequest,
      status: 200,
      response: z.strictObject({ messageIds: z.array(z.string()) }),
      handle: async ({ params, body }) => ({
        messageIds: await messenger.publishMessages(params.topic, body.messages),
      }),
    }),
    route({
      method: 'post',
      path: '/pubsub/push',
      summary: 'Receive an outcome: a Pub/Sub push request.',
      role: 'service',
      body: z.looseObject({}),
      status: 204,
      handle: ({ body }) => receive(body),
    }),
    route({
      method: 'get',
      path: '/v1/dead-letters',
      summary: 'List the messages that were given up, newest first.',
      query: deadLetterQuery,
      status: 200,
      response: deadLetterList,
      async handle({ query }) {
        const found = await messenger.deadLetters(query.limit + 1, query.before);
        const letters = found.slice(0, query.limit);
        return {
          deadLetters: letters.map((letter) => ({ ...letter, at: letter.at.toISOString() })),
          next: found.length > letters.length ? (letters.at(-1)?.id ?? null) : null,
        };
      },
    }),
    route({
      method: 'post',
      path: '/v1/dead-letters/{id}:replay',
      summary: 'Send a dead letter to its subscription again.',
      params: z.strictObject({ id: z.string() }),
      status: 202,
      handle: ({ params }) => messenger.replay(params.id),
    }),
  ];
}
