import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sleep } from '@triad/shared/clock/clock.ts';
import { FakeClock } from '../harness/fake-clock.ts';

test('timers fire in the order they are due, each at its own time', async () => {
  const clock = new FakeClock();
  const start = clock.now().getTime();
  const fired: [string, number][] = [];
  const note = (name: string) => () => fired.push([name, clock.now().getTime() - start]);
  clock.setTimer(30, note('late'));
  clock.setTimer(10, note('early'));
  clock.setTimer(10, note('early too'));
  clock.setTimer(20, note('cancelled'))();
  await clock.advance(29);
  assert.deepEqual(fired, [
    ['early', 10],
    ['early too', 10],
  ]);
  await clock.advance(1);
  assert.deepEqual(fired.at(-1), ['late', 30]);
  assert.equal(clock.pending, 0);
});

test('a timer that is set while time moves fires within the same move', async () => {
  const clock = new FakeClock();
  const steps: string[] = [];
  const walk = async () => {
    for (const step of ['a', 'b', 'c']) {
      await sleep(clock, 10);
      steps.push(`${step} ${clock.now().toISOString().slice(17, 23)}`);
    }
  };
  const walking = walk();
  await clock.advance(30);
  await walking;
  assert.deepEqual(steps, ['a 00.010', 'b 00.020', 'c 00.030']);
});

test('a sleep that is aborted ends at once and leaves no timer', async () => {
  const clock = new FakeClock();
  const stop = new AbortController();
  const sleeping = sleep(clock, 1000, stop.signal);
  stop.abort();
  await sleeping;
  assert.equal(clock.pending, 0);
});
