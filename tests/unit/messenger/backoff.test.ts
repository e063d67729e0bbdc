import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoff } from '@triad/shared/messenger/backoff.ts';
import { defaultDeliveryPolicy } from '@triad/shared/messenger/push-messenger.ts';
import fc from 'fast-check';

test('each delay lies between half and all of the doubled, capped delay', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 0, max: 10_000 }),
      fc.integer({ min: 0, max: 1_000_000 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (attempt, initialMs, maxMs, random) => {
        const delay = backoff(attempt, { initialMs, maxMs }, () => random);
        const full = Math.min(maxMs, initialMs * 2 ** (attempt - 1));
        assert.ok(Number.isInteger(delay));
        assert.ok(delay >= Math.floor(full / 2) && delay <= Math.ceil(full), `${delay} of ${full}`);
      },
    ),
  );
});

test('without chance the delays double up to the maximum', () => {
  const policy = { initialMs: 100, maxMs: 500 };
  const longest = [1, 2, 3, 4, 5].map((attempt) => backoff(attempt, policy, () => 1));
  assert.deepEqual(longest, [100, 200, 400, 500, 500]);
});

test('the default policy outlasts the restart of a service by a minute', () => {
  const { maxAttempts, backoff: policy } = defaultDeliveryPolicy;
  let shortest = 0;
  for (let attempt = 1; attempt < maxAttempts; attempt += 1) {
    shortest += backoff(attempt, policy, () => 0);
  }
  assert.ok(shortest > 60_000, `${shortest} ms`);
});
