import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { toPubsubError } from '@triad/shared/messenger/pubsub-error.ts';

const topic = {
  kind: 'topic',
  name: 'triad-commands',
  resource: 'projects/p/topics/dev-triad-commands',
} as const;

/** An error as gRPC gives it. */
const grpcError = (code: number, name: string, details: string): Error =>
  Object.assign(new Error(`${code} ${name}: ${details}`), { code, details });

const cases: [what: string, error: unknown, code: string, retryable: boolean, message: RegExp][] = [
  [
    'a topic that is not there',
    grpcError(5, 'NOT_FOUND', 'Resource not found (resource=dev-triad-commands).'),
    'NOT_FOUND',
    false,
    /^No topic named triad-commands \(projects\/p\/topics\/dev-triad-commands\)\.$/,
  ],
  [
    'a project that is not there',
    grpcError(
      5,
      'NOT_FOUND',
      'Requested project not found or user does not have access to it (project=p).',
    ),
    'NOT_FOUND',
    false,
    /^No Google Cloud project named p\.$/,
  ],
  [
    'a missing permission',
    grpcError(7, 'PERMISSION_DENIED', 'User not authorized to perform this action.'),
    'MESSENGER_DENIED',
    false,
    /^The messenger refuses access to projects\/p\/topics\/dev-triad-commands: .*not authorized/,
  ],
  [
    'a quota that is used up',
    grpcError(8, 'RESOURCE_EXHAUSTED', 'Quota exceeded for quota metric'),
    'MESSENGER_QUOTA',
    true,
    /Quota exceeded/,
  ],
  [
    'a server that is away',
    grpcError(14, 'UNAVAILABLE', 'No connection established'),
    'MESSENGER_UNAVAILABLE',
    true,
    /No connection established/,
  ],
  [
    'an answer that is late',
    grpcError(4, 'DEADLINE_EXCEEDED', 'Deadline exceeded after 10.001s'),
    'MESSENGER_UNAVAILABLE',
    true,
    /Deadline exceeded/,
  ],
  [
    'a fault of the server',
    grpcError(13, 'INTERNAL', 'oops'),
    'MESSENGER_UNAVAILABLE',
    true,
    /oops/,
  ],
  [
    'a call that was aborted',
    grpcError(10, 'ABORTED', 'try again'),
    'MESSENGER_UNAVAILABLE',
    true,
    /try again/,
  ],
  [
    'a token that is not valid',
    grpcError(16, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.'),
    'MESSENGER_CREDENTIALS_MISSING',
    false,
    /invalid authentication credentials/,
  ],
  [
    'no credentials at all',
    new Error('Could not load the default credentials. Browse to https://cloud.google.com/docs'),
    'MESSENGER_CREDENTIALS_MISSING',
    false,
    /Could not load the default credentials/,
  ],
  [
    'a key file that is not there',
    new Error('The file at key.json does not exist, or it is not a file. ENOENT: no such file'),
    'MESSENGER_CREDENTIALS_MISSING',
    false,
    /key\.json/,
  ],
  [
    'a token that no network brings',
    grpcError(
      16,
      'UNAUTHENTICATED',
      'Getting metadata from plugin failed with error: request to https://oauth2.googleapis.com failed, reason: getaddrinfo EAI_AGAIN',
    ),
    'MESSENGER_UNAVAILABLE',
    true,
    /EAI_AGAIN/,
  ],
  [
    'a client that is closed',
    Object.assign(new Error('Cannot use a closed PubSub object.'), { code: 0 }),
    'SERVICE_STOPPING',
    true,
    /stopping/,
  ],
  [
    'what a client must not send',
    grpcError(3, 'INVALID_ARGUMENT', 'Some attributes are too long'),
    'INTERNAL',
    false,
    /attributes are too long/,
  ],
  ['what is no error', 'broken', 'INTERNAL', false, /broken/],
];

describe('failures of Pub/Sub', () => {
  for (const [what, error, code, retryable, message] of cases) {
    test(`${what} is ${code}`, () => {
      const coded = toPubsubError(error, topic);
      assert.deepEqual([coded.code, coded.retryable], [code, retryable]);
      assert.match(coded.message, message);
    });
  }

  test('a coded error stays as it is', () => {
    const error = new TriadError('SERVICE_STOPPING');
    assert.equal(toPubsubError(error, topic), error);
  });

  test('the original error is the cause', () => {
    const error = grpcError(14, 'UNAVAILABLE', 'away');
    assert.equal(toPubsubError(error, topic).cause, error);
  });

  test('earlier attempts are not listed', () => {
    const error = grpcError(
      4,
      'DEADLINE_EXCEEDED',
      'Total timeout of API google.pubsub.v1.Publisher exceeded 500 milliseconds retrying error Error: 14 UNAVAILABLE: away  before any response was received. : Previous errors : [{message: 14 UNAVAILABLE: away, code: 14, details: , note: },{message: more}]',
    );
    const { code, message } = toPubsubError(error, topic);
    assert.equal(code, 'MESSENGER_UNAVAILABLE');
    assert.match(message, /14 UNAVAILABLE: away {2}before any response was received\.$/);
  });

  test('a subscription is named as such', () => {
    const subscription = {
      kind: 'subscription',
      name: 'commands',
      resource: 'projects/p/subscriptions/commands',
    } as const;
    const { message } = toPubsubError(grpcError(5, 'NOT_FOUND', 'gone'), subscription);
    assert.match(message, /^No subscription named commands/);
  });
});
