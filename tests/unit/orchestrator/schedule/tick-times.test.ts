import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { nextTick } from '../../../../orchestrator/schedule/tick-times.ts';
import { pipelineOf } from '../../../harness/run-fixtures.ts';

const scheduled = (cron: string, timezone = 'UTC') =>
  pipelineOf(['only'], { schedule: { cron, timezone } });
const next = (cron: string, timezone: string, after: string) => {
  const tick = nextTick(scheduled(cron, timezone), new Date(after));
  return tick && [tick.dueAt.toISOString(), tick.runDate];
};

test('a pipeline without a schedule has no ticks', () => {
  assert.equal(nextTick(pipelineOf(['only']), new Date()), undefined);
});

test('the next tick is strictly later, and covers the day it falls on', () => {
  const morning = ['2024-01-02T06:00:00.000Z', '2024-01-02'];
  assert.deepEqual(next('0 6 * * *', 'UTC', '2024-01-01T06:00:00.000Z'), morning);
  assert.deepEqual(next('0 6 * * *', 'UTC', '2024-01-02T05:59:59.999Z'), morning);
});

test('hours and days are those of the zone of the schedule', () => {
  const after = '2024-01-01T00:00:00.000Z';
  assert.deepEqual(next('0 6 * * *', 'Asia/Tokyo', after), [
    '2024-01-01T21:00:00.000Z',
    '2024-01-02',
  ]);
  assert.deepEqual(next('30 23 * * *', 'America/New_York', after), [
    '2024-01-01T04:30:00.000Z',
    '2023-12-31',
  ]);
});

test('a local time that the clocks skip fires once, after the gap', () => {
  // In Berlin 02:30 does not exist on 2024-03-31.
  const tick = next('30 2 * * *', 'Europe/Berlin', '2024-03-30T12:00:00.000Z');
  assert.equal(tick?.[1], '2024-03-31');
  assert.deepEqual(next('30 2 * * *', 'Europe/Berlin', tick?.[0] ?? ''), [
    '2024-04-01T00:30:00.000Z',
    '2024-04-01',
  ]);
});

test('a local time that comes twice fires once', () => {
  // In Berlin 02:30 comes at 00:30 and at 01:30 UTC on 2024-10-27.
  const tick = next('30 2 * * *', 'Europe/Berlin', '2024-10-26T12:00:00.000Z');
  assert.deepEqual(tick, ['2024-10-27T00:30:00.000Z', '2024-10-27']);
  assert.equal(next('30 2 * * *', 'Europe/Berlin', tick[0] ?? '')?.[1], '2024-10-28');
});

test('a daily schedule covers every day of a zone once, whatever its clocks do', () => {
  const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Pacific/Auckland'];
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.integer({ min: 0, max: 23 }),
      fc.date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true }),
      (zone, hour, start) => {
        const pipeline = scheduled(`15 ${hour} * * *`, zone);
        let tick = nextTick(pipeline, start);
        for (let i = 0; i < 4; i += 1) {
          assert.ok(tick);
          const following = nextTick(pipeline, tick.dueAt);
          const dayAfter = new Date(Date.parse(tick.runDate) + 86_400_000);
          assert.equal(following?.runDate, dayAfter.toISOString().slice(0, 10));
          tick = following;
        }
      },
    ),
    { numRuns: 50 },
  );
});
