import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunEvent } from '@triad/shared/contracts/run-event.ts';
import { stepProgress } from '../../../../orchestrator/alarms/step-progress.ts';

const at = (minute: number) => new Date(Date.UTC(2024, 0, 1, 6, minute));
const error = { code: 'JOB_LOST', message: 'm', fix: 'f', retryable: true };
const progress = (...events: RunEvent[]) =>
  stepProgress(events.map((event, index) => ({ at: at(index), event })));

const dispatched = (attempt: number, step = 'go'): RunEvent => ({
  type: 'step_dispatched',
  step,
  attempt,
  commandId: `r1:${step}:${attempt}`,
});
const failed = (attempt: number, retryAt: string | null): RunEvent => ({
  type: 'step_failed',
  step: 'go',
  attempt,
  error,
  retryAt,
});
const later = '2024-01-01T07:00:00.000Z';

test('attempts are counted since the first, also between two of them', () => {
  const two = { step: 'go', since: at(0), attempts: 2, error, decisionBy: null };
  const begun = [dispatched(1), failed(1, later), dispatched(2)];
  assert.deepEqual(progress(...begun), [two]);
  assert.deepEqual(progress(...begun, failed(2, later)), [two]);
});

test('a retry of the run starts the count again', () => {
  const events = [dispatched(1), failed(1, null), { type: 'retry_requested' } as const];
  assert.deepEqual(progress(...events), []);
  assert.equal(progress(...events, dispatched(2))[0]?.attempts, 1);
});

test('a step that has ended is no trouble, nor is any of a run that has', () => {
  const result = { outputs: [], tables: [], metrics: {}, notes: [] };
  const succeeded: RunEvent = { type: 'step_succeeded', step: 'go', attempt: 1, result };
  assert.deepEqual(progress(dispatched(1), succeeded), []);
  assert.deepEqual(progress(dispatched(1), { type: 'step_cancelled', step: 'go', attempt: 1 }), []);
  const finished: RunEvent = { type: 'run_finished', state: 'failed', error };
  assert.deepEqual(progress(dispatched(1), dispatched(1, 'other'), finished), []);
});

test('an approval waits until somebody decides', () => {
  const asked: RunEvent = { type: 'approval_requested', step: 'ok', expiresAt: later };
  assert.deepEqual(progress(asked)[0]?.decisionBy, new Date(later));
  const decided: RunEvent = {
    type: 'approval_decided',
    step: 'ok',
    decision: 'approved',
    by: 'ada',
    comment: '',
  };
  assert.deepEqual(progress(asked, decided), []);
});
