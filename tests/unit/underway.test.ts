import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Underway } from '@triad/shared/concurrency/underway.ts';
import { settled } from '../harness/fake-clock.ts';

test('being done waits for all work, with what was added meanwhile', async () => {
  const underway = new Underway();
  const first = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  underway.add(first.promise);
  let isDone = false;
  const done = underway.done().then(() => {
    isDone = true;
  });
  underway.add(second.promise);
  first.resolve();
  await settled();
  assert.equal(isDone, false);
  second.resolve();
  await done;
});

test('nothing underway is done at once', async () => {
  await new Underway().done();
});
