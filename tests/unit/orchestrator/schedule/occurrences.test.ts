import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PipelineDefinition } from '@triad/shared/contracts/pipeline.ts';
import fc from 'fast-check';
import {
  expectedTicks,
  type ScheduledPipeline,
} from '../../../../orchestrator/schedule/expected-ticks.ts';
import {
  isOccurrence,
  occurrences,
  previousOccurrence,
} from '../../../../orchestrator/schedule/occurrences.ts';
import { dayIn, instantOf, wallClock } from '../../../../orchestrator/schedule/wall-clock.ts';
import { pipelineOf } from '../../../harness/run-fixtures.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Occurrences after an instant, as `MM-DDTHH:MM` in UTC. */
const next = (cron: string, timezone: string, after: string, count: number) =>
  [...occurrences({ cron, timezone }, new Date(after)).take(count)].map((at) =>
    at.toISOString().slice(5, 16),
  );
const scheduled = (schedule: NonNullable<PipelineDefinition['schedule']>) =>
  pipelineOf(['only'], { schedule }) as ScheduledPipeline;

test('hours and days are those of the zone of the schedule', () => {
  assert.deepEqual(next('0 6 * * *', 'Asia/Tokyo', '2024-01-01T00:00Z', 1), ['01-01T21:00']);
  const [tick] = expectedTicks(
    scheduled({ cron: '30 23 * * *', timezone: 'America/New_York' }),
    new Date('2024-01-01T00:00Z'),
  );
  assert.deepEqual(
    [tick?.occurrence.toISOString(), tick?.runDate],
    ['2024-01-01T04:30:00.000Z', '2023-12-31'],
  );
});

describe('when the clocks are put forward', () => {
  const cases: [string, string, string, string[]][] = [
    // Berlin: 02:00 → 03:00 at 01:00 UTC.
    ['30 2 * * *', 'Europe/Berlin', '2024-03-30T12:00Z', ['03-31T01:00', '04-01T00:30']],
    ['0,30 2 * * *', 'Europe/Berlin', '2024-03-30T12:00Z', ['03-31T01:00', '04-01T00:00']],
    ['*/20 2 * * *', 'Europe/Berlin', '2024-03-30T12:00Z', ['03-31T01:00', '04-01T00:00']],
    ['0 2,3 * * *', 'Europe/Berlin', '2024-03-30T12:00Z', ['03-31T01:00', '04-01T00:00']],
    // New York: 02:00 → 03:00 at 07:00 UTC.
    ['15 2 * * *', 'America/New_York', '2024-03-09T12:00Z', ['03-10T07:00', '03-11T06:15']],
    // Lord Howe: 02:00 → 02:30 at 15:30 UTC of the day before.
    ['15 2 * * *', 'Australia/Lord_Howe', '2024-10-05T00:00Z', ['10-05T15:30', '10-06T15:15']],
    ['45 2 * * *', 'Australia/Lord_Howe', '2024-10-05T00:00Z', ['10-05T15:45', '10-06T15:45']],
    // Kolkata never changes its clocks.
    ['30 2 * * *', 'Asia/Kolkata', '2024-03-30T12:00Z', ['03-30T21:00', '03-31T21:00']],
  ];
  for (const [cron, zone, after, expected] of cases) {
    test(`"${cron}" in ${zone}: what the clocks jump over fires once`, () => {
      assert.deepEqual(next(cron, zone, after, 2), expected);
    });
  }

  test('an hourly schedule fires every hour that passes', () => {
    assert.deepEqual(next('0 * * * *', 'Europe/Berlin', '2024-03-30T23:30Z', 4), [
      '03-31T00:00',
      '03-31T01:00',
      '03-31T02:00',
      '03-31T03:00',
    ]);
  });
});

describe('when the clocks are put back', () => {
  const cases: [string, string, string, string[]][] = [
    // Berlin: 03:00 → 02:00 at 01:00 UTC.
    ['30 2 * * *', 'Europe/Berlin', '2024-10-26T12:00Z', ['10-27T00:30', '10-28T01:30']],
    ['0,30 2 * * *', 'Europe/Berlin', '2024-10-27T00:10Z', ['10-27T00:30', '10-28T01:00']],
    ['0 2,3 * * *', 'Europe/Berlin', '2024-10-26T12:00Z', ['10-27T00:00', '10-27T02:00']],
    // Asked in the middle of the hour that comes twice, it has fired already.
    ['30 2 * * *', 'Europe/Berlin', '2024-10-27T00:45Z', ['10-28T01:30', '10-29T01:30']],
    // New York: 02:00 → 01:00 at 06:00 UTC.
    ['30 1 * * *', 'America/New_York', '2024-11-02T12:00Z', ['11-03T05:30', '11-04T06:30']],
    // Lord Howe: 02:00 → 01:30 at 15:00 UTC of the day before.
    ['45 1 * * *', 'Australia/Lord_Howe', '2024-04-06T00:00Z', ['04-06T14:45', '04-07T15:15']],
    ['30 2 * * *', 'Asia/Kolkata', '2024-10-26T12:00Z', ['10-26T21:00', '10-27T21:00']],
  ];
  for (const [cron, zone, after, expected] of cases) {
    test(`"${cron}" in ${zone} after ${after}: what comes twice fires once`, () => {
      assert.deepEqual(next(cron, zone, after, 2), expected);
    });
  }

  test('an hourly schedule fires every hour that passes', () => {
    assert.deepEqual(next('0 * * * *', 'America/New_York', '2024-11-03T04:30Z', 4), [
      '11-03T05:00',
      '11-03T06:00',
      '11-03T07:00',
      '11-03T08:00',
    ]);
  });

  test('where they are put back by half an hour, every quarter of an hour that passes fires', () => {
    assert.deepEqual(next('*/15 * * * *', 'Australia/Lord_Howe', '2024-04-06T14:20Z', 5), [
      '04-06T14:30',
      '04-06T14:45',
      '04-06T15:00',
      '04-06T15:15',
      '04-06T15:30',
    ]);
  });
});

test('a schedule fires from its first day to its last, both in its zone and inclusive', () => {
  const dates = { startDate: '2024-01-03', endDate: '2024-01-05' };
  for (const timezone of ['Pacific/Auckland', 'America/Los_Angeles', 'UTC']) {
    const schedule = { cron: '0 0,23 * * *', timezone, ...dates };
    const days = [...occurrences(schedule, new Date('2023-01-01'))].map((at) =>
      dayIn(timezone, at),
    );
    const expected = ['2024-01-03', '2024-01-04', '2024-01-05'].flatMap((date) => [date, date]);
    assert.deepEqual(days, expected);
    assert.deepEqual([...occurrences(schedule, new Date('2024-01-08'))], []);
  }
});

test('a tick is put off by its jitter, always by the same', () => {
  const pipeline = scheduled({ cron: '0 * * * *', jitterSeconds: 600 });
  const after = new Date('2024-01-01');
  const ticks = [...expectedTicks(pipeline, after).take(50)];
  const delays = ticks.map(({ dueAt, occurrence }) => dueAt.getTime() - occurrence.getTime());
  for (const delay of delays) assert.ok(delay >= 0 && delay < 600_000);
  assert.ok(new Set(delays).size > 40, 'ticks are spread');
  const later = ticks.slice(10);
  const again = [...expectedTicks(pipeline, ticks[9]?.occurrence ?? after).take(40)];
  assert.deepEqual(again, later);
  const other = { ...pipeline, name: 'other' };
  const [first] = expectedTicks(other, after);
  assert.notDeepEqual(first?.dueAt, ticks[0]?.dueAt, 'and so are pipelines');
});

const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kolkata',
  'Pacific/Auckland',
  'America/Sao_Paulo',
];
const anyZone = fc.constantFrom(...zones);
const anyCron = fc
  .tuple(
    fc.constantFrom('0', '30', '15,45', '*/20', '*'),
    fc.constantFrom('*', '*/2', '*/5', '0', '1', '2', '3', '1-3', '2,14', '0-23/6'),
    fc.constantFrom('*', '*', '1', '*/3', 'L'),
    fc.constantFrom('*', '*', 'SUN', 'MON-FRI'),
  )
  .map(([minutes, hours, days, weekdays]) => `${minutes} ${hours} ${days} * ${weekdays}`);
/** Half of them around a night in which clocks somewhere change. */
const anyStart = fc.oneof(
  fc.integer({ min: Date.parse('2015-01-01'), max: Date.parse('2030-01-01') }),
  fc
    .tuple(
      fc.constantFrom(
        '2024-03-31',
        '2024-10-27',
        '2024-03-10',
        '2024-11-03',
        '2024-04-07',
        '2024-10-06',
      ),
      fc.integer({ min: -30 * hour, max: 10 * hour }),
    )
    .map(([date, offset]) => Date.parse(date) + offset),
);

test('ticks strictly increase, and their intervals tile time', () => {
  fc.assert(
    fc.property(anyCron, anyZone, anyStart, (cron, timezone, start) => {
      const after = new Date(start);
      const pipeline = scheduled({ cron, timezone });
      let end = previousOccurrence(pipeline.schedule, new Date(start + 1));
      assert.ok(end <= after, 'the interval of the first tick has begun');
      for (const tick of expectedTicks(pipeline, after).take(12)) {
        assert.ok(tick.occurrence > end && tick.occurrence > after);
        assert.deepEqual(tick.intervalStart, end);
        end = tick.occurrence;
      }
    }),
    { numRuns: 100 },
  );
});

test('from whichever instant they are asked, the occurrences are the same', () => {
  fc.assert(
    fc.property(
      anyCron,
      anyZone,
      anyStart,
      fc.double({ min: 0, max: 1, noNaN: true }),
      (cron, timezone, start, part) => {
        const schedule = { cron, timezone };
        const found = [...occurrences(schedule, new Date(start)).take(8)];
        const [first, last] = [found[0]?.getTime() ?? 0, found.at(-1)?.getTime() ?? 0];
        const after = new Date(Math.floor(first + part * (last - first)));
        const rest = found.filter((at) => at > after);
        assert.deepEqual([...occurrences(schedule, after).take(rest.length)], rest);
        for (const at of found) assert.ok(isOccurrence(schedule, at));
        assert.equal(isOccurrence(schedule, new Date(first + 1)), false);
      },
    ),
    { numRuns: 300 },
  );
});

test('a daily schedule covers every day of a zone once, whatever its clocks do', () => {
  fc.assert(
    fc.property(anyZone, fc.nat(23), fc.nat(59), anyStart, (timezone, hours, minutes, start) => {
      const pipeline = scheduled({ cron: `${minutes} ${hours} * * *`, timezone });
      const dates = [...expectedTicks(pipeline, new Date(start)).take(5)].map(
        ({ runDate }) => runDate,
      );
      const first = Date.parse(dates[0] ?? '');
      const expected = dates.map((_, n) => new Date(first + n * day).toISOString().slice(0, 10));
      assert.deepEqual(dates, expected);
    }),
    { numRuns: 200 },
  );
});

test('an instant is the first at which the clocks show its time', () => {
  fc.assert(
    fc.property(anyZone, anyStart, (zone, start) => {
      const wall = wallClock(zone, start);
      const instant = instantOf(zone, wall);
      assert.ok(instant <= start && start - instant <= hour);
      assert.equal(wallClock(zone, instant), wall);
    }),
    { numRuns: 300 },
  );
});
