import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PipelineSchedule, pipelineSchedule } from '@triad/shared/contracts/schedule.ts';
import { expectedOccurrences } from '../../../../orchestrator/alarms/expected-occurrences.ts';

const between = (schedule: Partial<PipelineSchedule>, after: string, until: string) =>
  expectedOccurrences(
    pipelineSchedule.parse({ cron: '0 6 * * *', ...schedule }),
    new Date(after),
    new Date(until),
  ).map(({ at, runDate }) => `${at.toISOString().slice(0, 16)} ${runDate}`);

test('the span is half-open: its start is not in it, its end is', () => {
  assert.deepEqual(between({}, '2024-01-01T06:00:00Z', '2024-01-03T06:00:00Z'), [
    '2024-01-02T06:00 2024-01-02',
    '2024-01-03T06:00 2024-01-03',
  ]);
  assert.deepEqual(between({}, '2024-01-01T06:00:00Z', '2024-01-02T05:59:59Z'), []);
  assert.deepEqual(between({}, '2024-01-02T00:00:00Z', '2024-01-01T00:00:00Z'), []);
});

test('the run date is the day in the zone of the schedule', () => {
  const schedule = { cron: '0 1 * * *', timezone: 'Asia/Tokyo' };
  assert.deepEqual(between(schedule, '2024-01-01T00:00:00Z', '2024-01-02T00:00:00Z'), [
    '2024-01-01T16:00 2024-01-02',
  ]);
});

test('before its first day and after its last a schedule does not fire', () => {
  const schedule = { startDate: '2024-01-02', endDate: '2024-01-03' };
  assert.deepEqual(between(schedule, '2023-12-01T00:00:00Z', '2024-02-01T00:00:00Z'), [
    '2024-01-02T06:00 2024-01-02',
    '2024-01-03T06:00 2024-01-03',
  ]);
});
