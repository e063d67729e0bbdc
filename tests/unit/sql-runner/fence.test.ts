import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import fc from 'fast-check';
import { passFence } from '../../../sql-runner/run/fence.ts';
import type { Publication } from '../../../sql-runner/run/publications.ts';

const standing = (changes: Partial<Publication> = {}): Publication => ({
  table: 't',
  runId: 'b',
  step: 'sql',
  attempt: 2,
  fingerprint: 'same',
  result: { notes: ['recorded'] },
  ...changes,
});
const attemptOf = (runId: string, attempt: number, step = 'sql') => ({
  runId,
  step,
  attempt,
  runDate: '2011-12-10',
});
const isStale = (error: unknown) =>
  error instanceof TriadError && error.code === 'STALE_ATTEMPT' && !error.retryable;

suite('the fence', () => {
  test('lets the first attempt publish', () => {
    assert.equal(passFence(attemptOf('a', 1), 'any', ['t'], []), undefined);
  });

  test('refuses a run older than the one that published', () => {
    assert.throws(() => passFence(attemptOf('a', 9), 'same', ['t'], [standing()]), isStale);
  });

  test('lets a later run publish, also the very same', () => {
    assert.equal(passFence(attemptOf('c', 1), 'same', ['t'], [standing()]), undefined);
  });

  test('refuses an attempt earlier than the one that published', () => {
    assert.throws(() => passFence(attemptOf('b', 1), 'same', ['t'], [standing()]), isStale);
  });

  test('gives what an earlier attempt recorded when it published the very same', () => {
    for (const attempt of [2, 3]) {
      const result = passFence(attemptOf('b', attempt), 'same', ['t'], [standing()]);
      assert.deepEqual(result, { notes: ['recorded'] });
    }
  });

  test('lets a later attempt publish something else', () => {
    assert.equal(passFence(attemptOf('b', 3), 'other', ['t'], [standing()]), undefined);
  });

  test('takes nothing for done when one of the tables was not published', () => {
    assert.equal(passFence(attemptOf('b', 3), 'same', ['t', 'u'], [standing()]), undefined);
  });

  test('does not compare attempts of different steps', () => {
    assert.equal(passFence(attemptOf('b', 1, 'again'), 'same', ['t'], [standing()]), undefined);
  });

  test('whatever the order of arrival, the latest attempt of the latest run stands', () => {
    const attempts = fc.record({
      runId: fc.constantFrom('a', 'b', 'c'),
      attempt: fc.integer({ min: 1, max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(attempts, { minLength: 1 }), (arrivals) => {
        let published: Publication[] = [];
        for (const { runId, attempt } of arrivals) {
          const fingerprint = `${runId}${attempt}`;
          try {
            if (passFence(attemptOf(runId, attempt), fingerprint, ['t'], published)) continue;
            published = [standing({ runId, attempt, fingerprint })];
          } catch (error) {
            assert.ok(isStale(error));
          }
        }
        const latest = arrivals
          .map(({ runId, attempt }) => `${runId}${attempt}`)
          .sort()
          .at(-1);
        assert.equal(published[0]?.fingerprint, latest);
      }),
    );
  });
});
