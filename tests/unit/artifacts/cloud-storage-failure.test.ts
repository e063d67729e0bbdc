import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { errorOf, failureOf } from '@triad/shared/artifacts/cloud-storage-failure.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';

const now = new Date('2024-01-01T00:00:00.000Z');
const where = { bucket: 'models', path: 'runs/r1/part.csv' };
const coded = (error: unknown) => errorOf(error, failureOf(error, now), where) as TriadError;
const failed = (message: string, properties: object = {}) =>
  Object.assign(new Error(message), properties);

/** As the SDK gives an answer of the JSON API. */
const answered = (code: number, message: string, reason = '', headers = {}) =>
  failed(message, { code, errors: [{ reason, message }], response: { statusCode: code, headers } });
/** As its client for resumable uploads does. */
const gaxios = (status: number, message: string, headers = new Headers()) =>
  failed(`Request failed with status code ${status}`, {
    ...{ status, code: 'ERR_BAD_REQUEST' },
    response: { status, headers, data: { error: { code: status, message } } },
  });

const cases: [string, unknown, string, RegExp][] = [
  [
    'no credentials',
    failed('Could not load the default credentials. Browse to …'),
    'ARTIFACT_STORE_DENIED',
    /default credentials/,
  ],
  [
    'a revoked key',
    failed('invalid_grant: Invalid JWT Signature', { code: 400 }),
    'ARTIFACT_STORE_DENIED',
    /invalid_grant/,
  ],
  [
    'a metadata server that does not answer',
    failed('Could not refresh access token: ETIMEDOUT', { code: 'ETIMEDOUT' }),
    'ARTIFACT_STORE_UNAVAILABLE',
    /refresh access token/,
  ],
  [
    'a wrong token',
    answered(401, 'Invalid Credentials', 'authError'),
    'ARTIFACT_STORE_DENIED',
    /Invalid Credentials/,
  ],
  [
    'a missing permission',
    answered(403, 'a@b does not have storage.objects.get access', 'forbidden'),
    'ARTIFACT_STORE_DENIED',
    /bucket models .*storage\.objects\.get/,
  ],
  [
    'a missing permission of an upload',
    gaxios(403, 'no storage.objects.create'),
    'ARTIFACT_STORE_DENIED',
    /objects\.create/,
  ],
  [
    'a quota that answers 403',
    answered(403, 'Rate limit', 'userRateLimitExceeded'),
    'ARTIFACT_STORE_UNAVAILABLE',
    /Rate limit/,
  ],
  [
    'too many requests',
    answered(429, 'The object exceeded the rate limit', 'rateLimitExceeded'),
    'ARTIFACT_STORE_UNAVAILABLE',
    /rate limit/,
  ],
  [
    'an overloaded server',
    answered(503, 'Service Unavailable', 'backendError'),
    'ARTIFACT_STORE_UNAVAILABLE',
    /Unavailable/,
  ],
  [
    'a plain object',
    { code: 502, message: 'Bad Gateway' },
    'ARTIFACT_STORE_UNAVAILABLE',
    /Bad Gateway/,
  ],
  [
    'a lost connection',
    failed('request to … failed', { code: 'ECONNRESET', type: 'system' }),
    'ARTIFACT_STORE_UNAVAILABLE',
    /request to/,
  ],
  [
    'an unknown host',
    failed('fetch', {
      cause: failed('getaddrinfo', { code: 'ENOTFOUND', syscall: 'getaddrinfo' }),
    }),
    'ARTIFACT_STORE_UNAVAILABLE',
    /fetch: getaddrinfo/,
  ],
  [
    'an answer that breaks off',
    failed('invalid json response body', { type: 'invalid-json' }),
    'ARTIFACT_STORE_UNAVAILABLE',
    /invalid json/,
  ],
  [
    'a precondition',
    answered(412, 'At least one of the pre-conditions …', 'conditionNotMet'),
    'ARTIFACT_CONFLICT',
    /runs\/r1\/part\.csv/,
  ],
  [
    'a deleted bucket',
    answered(404, 'The specified bucket does not exist.', 'notFound'),
    'ARTIFACT_STORE_MISSING',
    /no bucket models/,
  ],
  [
    'changed bytes',
    answered(400, `Provided CRC32C "a" doesn't match calculated CRC32C "b".`, 'invalid'),
    'ARTIFACT_CORRUPT',
    /CRC32C/,
  ],
  [
    'a full disk',
    failed('write', { code: 'ENOSPC', syscall: 'write' }),
    'DISK_FULL',
    /disk is full/,
  ],
  [
    'a request of ours that is wrong',
    answered(400, 'Invalid argument', 'invalid'),
    'INTERNAL',
    /Invalid argument/,
  ],
  ['something unforeseen', failed('is not a function'), 'INTERNAL', /is not a function/],
];

describe('a failure of Cloud Storage by', () => {
  for (const [name, error, code, message] of cases) {
    test(`${name} is ${code}`, () => {
      const own = coded(error);
      assert.ok(own instanceof TriadError);
      assert.equal(own.code, code);
      assert.match(own.message, message);
      assert.equal(own.cause, error);
    });
  }
});

test('an error that is coded already, or of a local file, stays what it is', () => {
  const own = new TriadError('ARTIFACT_PATH_INVALID', { path: 'x', reason: 'y' });
  assert.equal(coded(own), own);
  const local = failed('no such file', { code: 'ENOENT', syscall: 'open' });
  assert.equal(coded(local), local);
});

test('Retry-After is read as seconds and as a date, of either kind of headers', () => {
  const of = (value: string) => [
    failureOf(answered(503, '', '', { 'retry-after': value }), now).retryAfterMs,
    failureOf(gaxios(503, '', new Headers({ 'Retry-After': value })), now).retryAfterMs,
  ];
  assert.deepEqual(of('30'), [30_000, 30_000]);
  assert.deepEqual(of('Mon, 01 Jan 2024 00:00:20 GMT'), [20_000, 20_000]);
  assert.deepEqual(of('Mon, 01 Jan 2018 00:00:00 GMT'), [0, 0]);
  assert.deepEqual(of('soon'), [undefined, undefined]);
});
