import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunEvent } from '@triad/shared/contracts/run-event.ts';
import { type AttemptEnd, reactToEnd } from '../../../../orchestrator/run/react-to-end.ts';
import { foldEvents } from '../../../../orchestrator/run/run-status.ts';
import { ends } from '../../../harness/orchestrator/simulated-runs.ts';
import { pipelineOf, planOf } from '../../../harness/run-fixtures.ts';

const retry = { maxAttempts: 4, initialDelaySeconds: 10, maxDelaySeconds: 30 };
const plan = planOf('r1', { pipeline: pipelineOf([{ name: 's', kind: 'train', retry }]) });
const now = new Date('2024-02-01T06:00:00.000Z');

const dispatched = (attempt: number): RunEvent => ({
  type: 'step_dispatched',
  step: 's',
  attempt,
  commandId: `r1:s:${attempt}`,
});
const failed = (attempt: number, retryAt: string | null): RunEvent => ({
  type: 'step_failed',
  step: 's',
  attempt,
  error: ends.retryable.error,
  retryAt,
});
/** The events of `count` attempts of which the last is in flight. */
const attempts = (count: number): RunEvent[] =>
  Array.from({ length: count }, (_, i) => i + 1).flatMap((n) =>
    n < count ? [dispatched(n), failed(n, now.toISOString())] : [dispatched(n)],
  );

const reaction = (past: RunEvent[], attempt: number, end: AttemptEnd, random = 0.5) => {
  const events = past.map((event, i) => ({ seq: i + 1, at: now, event }));
  const status = foldEvents(plan, events);
  return reactToEnd('s', attempt, end, now, () => random)(plan, status);
};
const delayOf = (past: RunEvent[], attempt: number, random: number) => {
  const [event] = reaction(past, attempt, ends.retryable, random);
  if (event?.type !== 'step_failed') throw new Error(`got ${event?.type}`);
  return event.retryAt === null ? null : Date.parse(event.retryAt) - now.getTime();
};

test('retries come after doubling delays up to the maximum, half of each at random', () => {
  const delays = [1, 2, 3].map((n) => [delayOf(attempts(n), n, 0), delayOf(attempts(n), n, 1)]);
  assert.deepEqual(delays, [
    [5_000, 10_000],
    [10_000, 20_000],
    [15_000, 30_000],
  ]);
});

test('after the last attempt of the policy there is no retry', () => {
  assert.equal(delayOf(attempts(4), 4, 0), null);
});

test('what needs help is not tried again', () => {
  assert.deepEqual(reaction(attempts(1), 1, ends.fatal), [
    { type: 'step_failed', step: 's', attempt: 1, error: ends.fatal.error, retryAt: null },
  ]);
});

test('a retry of the run starts a fresh budget and the delays anew', () => {
  const again: RunEvent[] = [
    ...attempts(4),
    failed(4, null),
    { type: 'run_finished', state: 'failed', error: null },
    { type: 'retry_requested' },
    dispatched(5),
  ];
  assert.equal(delayOf(again, 5, 1), 10_000);
});

test('the result of a success is recorded', () => {
  assert.deepEqual(reaction(attempts(1), 1, ends.succeeded), [
    { type: 'step_succeeded', step: 's', attempt: 1, result: ends.succeeded.result },
  ]);
});

test('while the run is being cancelled a failure is a cancellation and a success stays one', () => {
  const cancelling: RunEvent[] = [...attempts(1), { type: 'cancel_requested' }];
  for (const end of [ends.retryable, ends.fatal, ends.cancelled]) {
    assert.deepEqual(reaction(cancelling, 1, end), [
      { type: 'step_cancelled', step: 's', attempt: 1 },
    ]);
  }
  assert.equal(reaction(cancelling, 1, ends.succeeded)[0]?.type, 'step_succeeded');
});

const over: Record<string, [RunEvent[], number]> = {
  'of an attempt that has failed already': [[...attempts(1), failed(1, null)], 1],
  'of an attempt that a newer one replaced': [attempts(2), 1],
  'of an attempt that was never made': [attempts(1), 2],
  'before anything was dispatched': [[], 1],
};
for (const [what, [past, attempt]] of Object.entries(over)) {
  test(`an end ${what} changes nothing`, () => {
    for (const end of Object.values(ends)) assert.deepEqual(reaction(past, attempt, end), []);
  });
}

test('an end of a step that the plan does not have changes nothing', () => {
  const status = foldEvents(plan, []);
  assert.deepEqual(reactToEnd('other', 1, ends.fatal, now, () => 0)(plan, status), []);
});
