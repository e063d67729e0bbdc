import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { heardEnd } from '../../../../orchestrator/verify/heard-end.ts';

const silent = { exitCode: null, error: null };
const codeOf = (heard: Parameters<typeof heardEnd>[0]) => {
  const end = heardEnd(heard);
  return end?.state === 'failed' ? [end.error.code, end.error.retryable] : end?.state;
};

test('a running job has not ended', () => {
  assert.equal(heardEnd({ state: 'running', ...silent }), undefined);
});

test('success that is only heard is a failure to be tried again', () => {
  assert.deepEqual(codeOf({ state: 'succeeded', exitCode: 0, error: null }), [
    'MANIFEST_MISSING',
    true,
  ]);
});

test('a job that vanished is tried again', () => {
  assert.deepEqual(codeOf({ state: 'lost', ...silent }), ['JOB_LOST', true]);
});

test("the job's own error is passed on as it is", () => {
  const error = new TriadError('WAREHOUSE_BUSY', { path: 'x' }).report();
  for (const state of ['failed', 'lost'] as const) {
    assert.deepEqual(heardEnd({ state, exitCode: 75, error }), { state: 'failed', error });
  }
});

test('without an error the exit code tells whether to try again', () => {
  assert.deepEqual(codeOf({ state: 'failed', exitCode: 1, error: null }), ['JOB_EXITED', false]);
  assert.deepEqual(codeOf({ state: 'failed', exitCode: 75, error: null }), ['JOB_TEMPFAIL', true]);
  assert.deepEqual(codeOf({ state: 'failed', ...silent }), ['JOB_EXITED', false]);
});

test('a cancelled job is cancelled, not failed', () => {
  assert.equal(codeOf({ state: 'cancelled', ...silent }), 'cancelled');
});
