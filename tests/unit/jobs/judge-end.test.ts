import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { judgeEnd, type Traces } from '@triad/shared/jobs/judge-end.ts';
import fc from 'fast-check';

const none: Traces = { exitCode: null, hasManifest: false, errorBody: undefined, stopping: null };
const report = new TriadError('SQL_INVALID', { action: 'a', reason: 'r' }).report();
const cancelled = {
  state: 'cancelled' as const,
  error: new TriadError('JOB_CANCELLED').report(),
};

const traces = fc.record<Traces>({
  exitCode: fc.option(fc.integer({ min: 0, max: 255 })),
  hasManifest: fc.boolean(),
  errorBody: fc.option(fc.constantFrom(JSON.stringify(report), 'half of', '{}'), {
    nil: undefined,
  }),
  stopping: fc.constantFrom(null, cancelled),
});

describe('how a job ended', () => {
  test('it succeeded if and only if its manifest is there', () => {
    fc.assert(
      fc.property(traces, (seen) => {
        const { state, error } = judgeEnd(seen);
        assert.equal(state === 'succeeded', seen.hasManifest);
        assert.equal(error === null, seen.hasManifest);
      }),
    );
  });

  test('the exit code is always told as it was seen', () => {
    fc.assert(fc.property(traces, (seen) => judgeEnd(seen).exitCode === seen.exitCode));
  });

  test('a job that was stopped is not blamed for its exit', () => {
    const end = judgeEnd({
      ...none,
      exitCode: 1,
      errorBody: JSON.stringify(report),
      stopping: cancelled,
    });
    assert.deepEqual(end, { ...cancelled, exitCode: 1 });
  });

  test('the report of the job says more than its exit code', () => {
    const end = judgeEnd({ ...none, exitCode: 1, errorBody: JSON.stringify(report) });
    assert.deepEqual(end, { state: 'failed', exitCode: 1, error: report });
  });

  test('a report is believed also when nobody saw the job exit', () => {
    const end = judgeEnd({ ...none, errorBody: JSON.stringify(report) });
    assert.deepEqual(end, { state: 'failed', exitCode: null, error: report });
  });

  for (const errorBody of ['half of', '{}', 'null']) {
    test(`the report ${errorBody} cannot be read, so the exit code decides`, () => {
      assert.equal(judgeEnd({ ...none, exitCode: 7, errorBody }).error?.code, 'JOB_EXITED');
    });
  }

  const exits = [
    [0, 'failed', 'MANIFEST_MISSING', true],
    [1, 'failed', 'JOB_EXITED', false],
    [75, 'failed', 'JOB_TEMPFAIL', true],
    [null, 'lost', 'JOB_LOST', true],
  ] as const;
  for (const [exitCode, state, code, retryable] of exits) {
    test(`exit code ${exitCode} without any trace is ${code}`, () => {
      const end = judgeEnd({ ...none, exitCode });
      assert.equal(end.state, state);
      assert.equal(end.error?.code, code);
      assert.equal(end.error?.retryable, retryable);
    });
  }
});
