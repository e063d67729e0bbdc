import assert from 'node:assert/strict';
import { test } from 'node:test';
import { awaitOrchestrator } from '../../../invoker/await-orchestrator.ts';
import { FakeClock } from '../../harness/fake-clock.ts';

/** A messenger that answers from the `answered`-th time on. */
function messengerThat(clock: FakeClock, answered: number) {
  const asked: number[] = [];
  const start = clock.now().getTime();
  const check = async () => {
    asked.push(clock.now().getTime() - start);
    if (asked.length < answered) throw new Error('nobody is there');
  };
  return { check, asked };
}

test('the orchestrator is asked less and less often, but every two seconds at least', async () => {
  const clock = new FakeClock();
  const { check, asked } = messengerThat(clock, 10);
  const answer = awaitOrchestrator({ check }, clock, new AbortController().signal);
  await clock.advance(60_000);
  assert.equal(await answer, true);
  assert.deepEqual(asked, [0, 50, 150, 350, 750, 1550, 3150, 5150, 7150, 9150]);
});

test('an orchestrator that answers at once is asked once', async () => {
  const clock = new FakeClock();
  const { check, asked } = messengerThat(clock, 1);
  assert.equal(await awaitOrchestrator({ check }, clock, new AbortController().signal), true);
  assert.deepEqual(asked, [0]);
});

test('nobody is asked any more once the invoker stops', async () => {
  const clock = new FakeClock();
  const { check, asked } = messengerThat(clock, 1000);
  const stopping = new AbortController();
  const answer = awaitOrchestrator({ check }, clock, stopping.signal);
  await clock.advance(400);
  stopping.abort();
  assert.equal(await answer, false);
  await clock.advance(60_000);
  assert.equal(asked.length, 4);
});
