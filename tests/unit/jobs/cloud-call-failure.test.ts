import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { callFailure } from '@triad/shared/jobs/cloud/cloud-call-failure.ts';

const failed = (code: number, details: string) =>
  Object.assign(new Error(`${code} STATUS: ${details}`), { code, details });

const classes: [string, unknown, { code: string; retryable: boolean; isRefusal: boolean }][] = [
  ['quota', failed(8, 'quota exceeded'), { code: 'JOB_QUOTA', retryable: true, isRefusal: true }],
  ['no right', failed(7, 'no'), { code: 'JOB_ACCESS_DENIED', retryable: false, isRefusal: true }],
  ['no token', failed(16, 'no'), { code: 'JOB_ACCESS_DENIED', retryable: false, isRefusal: true }],
  [
    'no credentials',
    new Error('Could not load the default credentials.'),
    { code: 'JOB_ACCESS_DENIED', retryable: false, isRefusal: true },
  ],
  ['bad input', failed(3, 'no'), { code: 'JOB_REFUSED', retryable: false, isRefusal: true }],
  ['no project', failed(5, 'no'), { code: 'JOB_REFUSED', retryable: false, isRefusal: true }],
  [
    'no image',
    failed(3, 'Image europe/x:1 not found'),
    { code: 'JOB_IMAGE_UNUSABLE', retryable: false, isRefusal: true },
  ],
  [
    'no answer',
    failed(14, 'read ECONNRESET'),
    { code: 'SERVICE_UNAVAILABLE', retryable: true, isRefusal: false },
  ],
  [
    'too late',
    failed(4, 'late'),
    { code: 'SERVICE_UNAVAILABLE', retryable: true, isRefusal: false },
  ],
  [
    'broken service',
    failed(13, 'oops'),
    { code: 'SERVICE_UNAVAILABLE', retryable: true, isRefusal: false },
  ],
  [
    'an own error',
    new TriadError('JOB_REFUSED', { service: 'x', reason: 'y' }),
    { code: 'JOB_REFUSED', retryable: false, isRefusal: true },
  ],
];
for (const [name, thrown, expected] of classes) {
  test(`a failed call: ${name}`, () => {
    const { error, isRefusal } = callFailure(thrown, 'Vertex AI', 'europe/x:1');
    assert.deepEqual({ code: error.code, retryable: error.retryable, isRefusal }, expected);
  });
}

test("the service's own words are in the error", () => {
  const { error } = callFailure(failed(8, 'quota of L4 exceeded'), 'Vertex AI');
  assert.match(error.message, /Vertex AI does not allow the job: quota of L4 exceeded$/);
});
