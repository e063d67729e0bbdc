import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runId } from '@triad/shared/contracts/names.ts';
import { timeOrderedIds } from '@triad/shared/ids/ids.ts';
import { FakeClock } from '../harness/fake-clock.ts';

test('ids sort by creation, also within one millisecond', async () => {
  const clock = new FakeClock();
  const ids = timeOrderedIds(clock);
  const made: string[] = [];
  for (let ms = 0; ms < 5; ms += 1) {
    for (let i = 0; i < 200; i += 1) made.push(ids.next());
    await clock.advance(1);
  }
  assert.deepEqual(made, made.toSorted());
  assert.equal(new Set(made).size, made.length);
  for (const id of made) assert.equal(runId.parse(id), id);
});

test('ids go on growing when the clock is set back', () => {
  const times = [2_000, 1_000, 3_000];
  const ids = timeOrderedIds({
    now: () => new Date(times.shift() ?? 0),
    setTimer: () => () => {},
  });
  const made = [ids.next(), ids.next(), ids.next()];
  assert.deepEqual(made, made.toSorted());
});
