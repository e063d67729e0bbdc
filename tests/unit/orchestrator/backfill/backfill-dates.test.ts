import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunState } from '@triad/shared/contracts/run-view.ts';
import type { DatedRun } from '@triad/shared/state/backfill-store.ts';
import { backfillDates, withExisting } from '../../../../orchestrator/backfill/backfill-dates.ts';
import { daily } from '../../../harness/orchestrator/schedule-setup.ts';
import { pipelineOf } from '../../../harness/run-fixtures.ts';

const now = new Date('2024-06-15T12:00:00.000Z');
const unscheduled = pipelineOf(['only']);
const runDates = (pipeline = unscheduled, from = '2024-01-01', to = '2024-01-03') =>
  backfillDates(pipeline, from, to, now).map(({ runDate }) => runDate);

test('without a schedule there is a run for each day, both ends included', () => {
  assert.deepEqual(backfillDates(unscheduled, '2024-02-28', '2024-03-01', now), [
    { runDate: '2024-02-28', interval: null },
    { runDate: '2024-02-29', interval: null },
    { runDate: '2024-03-01', interval: null },
  ]);
});

test('with a schedule there is a run for each occurrence, with its interval', () => {
  const pipeline = daily('a', { cron: '0 0,12 * * *', timezone: 'Asia/Tokyo' });
  assert.deepEqual(backfillDates(pipeline, '2024-01-02', '2024-01-02', now), [
    {
      runDate: '2024-01-02',
      interval: { start: '2024-01-01T03:00:00.000Z', end: '2024-01-01T15:00:00.000Z' },
    },
    {
      runDate: '2024-01-02',
      interval: { start: '2024-01-01T15:00:00.000Z', end: '2024-01-02T03:00:00.000Z' },
    },
  ]);
});

test('the first and last day of the schedule do not bound a backfill', () => {
  const pipeline = daily('a', { startDate: '2024-01-02', endDate: '2024-01-02' });
  assert.deepEqual(runDates(pipeline), ['2024-01-01', '2024-01-02', '2024-01-03']);
});

test('what has not happened yet is left out', () => {
  const dates = runDates(daily('a', { cron: '0 6,18 * * *' }), '2024-06-15', '2024-06-20');
  assert.deepEqual(dates, ['2024-06-15']);
});

test('an empty, a reversed and an endless range are refused', () => {
  const refused = (from: string, to: string, message: RegExp, pipeline = daily('a')) =>
    assert.throws(() => backfillDates(pipeline, from, to, now), { code: 'INPUT_INVALID', message });
  refused('2024-01-02', '2024-01-01', /to: expected 2024-01-02/);
  refused('2024-06-16', '2024-06-20', /from, to: the schedule does not fire/);
  refused('1900-01-01', '2024-01-01', /to: expected a range of at most 10000 runs/, unscheduled);
});

const runOf = (runId: string, state: RunState, n: number, interval = false): DatedRun => ({
  runId,
  state,
  runDate: `2024-01-0${n}`,
  interval: interval
    ? { start: `2024-01-0${n - 1}T06:00:00.000Z`, end: `2024-01-0${n}T06:00:00.000Z` }
    : null,
});

test('a succeeded run of the date or of the interval is what is not missing', () => {
  const dates = backfillDates(daily('a'), '2024-01-02', '2024-01-05', now);
  const runs = [
    runOf('r5', 'failed', 4),
    runOf('r4', 'failed', 3),
    runOf('r3', 'succeeded', 3),
    runOf('r2', 'succeeded', 2, true),
  ];
  const found = (onlyMissing: boolean) =>
    withExisting(dates, runs, onlyMissing).map(({ existing, isIncluded }) => [
      existing?.runId,
      isIncluded,
    ]);
  assert.deepEqual(found(true), [
    ['r2', false],
    ['r3', false],
    ['r5', true],
    [undefined, true],
  ]);
  assert.ok(found(false).every(([, isIncluded]) => isIncluded));
});

test('where a day has several occurrences, a run of the day stands for none of them', () => {
  const dates = backfillDates(
    daily('a', { cron: '0 6,18 * * *' }),
    '2024-01-02',
    '2024-01-02',
    now,
  );
  const runs = [runOf('r2', 'succeeded', 2), runOf('r1', 'succeeded', 2, true)];
  assert.deepEqual(
    withExisting(dates, runs, true).map(({ existing }) => existing),
    [{ runId: 'r1', state: 'succeeded' }, null],
  );
});
