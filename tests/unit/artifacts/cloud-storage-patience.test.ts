import assert from 'node:assert/strict';
import { test } from 'node:test';
import { persevere, untilIntact } from '@triad/shared/artifacts/cloud-storage-patience.ts';
import { orAborted, unlessStalled } from '@triad/shared/concurrency/unless-stalled.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { FakeClock } from '../../harness/fake-clock.ts';

const setUp = () => {
  const clock = new FakeClock();
  const patience = { clock, random: () => 0, attempts: 4, totalMs: 60_000, stallMs: 1000 };
  return { clock, patience };
};
const busy = (retryAfter?: string) =>
  Object.assign(new Error('busy'), {
    code: 503,
    response: { headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter } },
  });

test('pauses double, unless the server asks for longer ones', async () => {
  const { clock, patience } = setUp();
  const times: number[] = [];
  const start = clock.now().getTime();
  const errors = [busy(), busy('20'), busy()];
  const work = persevere(patience, async () => {
    times.push(clock.now().getTime() - start);
    const error = errors.shift();
    if (error) throw error;
    return 'done';
  });
  await clock.advance(60_000);
  assert.equal(await work, 'done');
  assert.deepEqual(times, [0, 250, 20_250, 21_250]);
});

test('a server that asks for more than there is patience is not waited for', async () => {
  const { clock, patience } = setUp();
  const error = busy('61');
  await assert.rejects(
    persevere(patience, async () => {
      throw error;
    }),
    error,
  );
  assert.equal(clock.pending, 0);
});

test('who comes further each time may fail for as often as it takes', async () => {
  const { clock, patience } = setUp();
  let attempts = 0;
  const work = persevere(patience, async (progressed) => {
    attempts += 1;
    if (attempts > 50) return attempts;
    progressed();
    throw busy();
  });
  await clock.advance(100_000);
  assert.equal(await work, 51);
});

test('who comes no further fails after as many attempts as there are', async () => {
  const { clock, patience } = setUp();
  let attempts = 0;
  const work = assert.rejects(
    persevere(patience, async () => {
      attempts += 1;
      throw busy();
    }),
    /busy/,
  );
  await clock.advance(60_000);
  await work;
  assert.equal(attempts, 4);
});

test('what cannot pass is not tried again', async () => {
  const { patience } = setUp();
  let attempts = 0;
  const denied = Object.assign(new Error('no'), { code: 403 });
  const work = persevere(patience, async () => {
    attempts += 1;
    throw denied;
  });
  await assert.rejects(work, denied);
  assert.equal(attempts, 1);
});

test('changed bytes are sent three times in all', async () => {
  const { patience } = setUp();
  let passes = 0;
  const corrupt = new TriadError('ARTIFACT_CORRUPT', { path: 'x', reason: 'y' });
  const work = untilIntact(patience, async () => {
    passes += 1;
    throw corrupt;
  });
  await assert.rejects(work, corrupt);
  assert.equal(passes, 3);
});

test('work that moves is never aborted, and work that stands still is', async () => {
  const { clock, patience } = setUp();
  let move = () => {};
  const work = assert.rejects(
    unlessStalled(patience, (moved, stalled) => {
      move = moved;
      return orAborted(stalled, new Promise(() => {}));
    }),
    { code: 'ETIMEDOUT', message: 'nothing moved for 1 s' },
  );
  for (let i = 0; i < 5; i += 1) {
    await clock.advance(999);
    move();
  }
  assert.equal(clock.pending, 1);
  await clock.advance(1000);
  await work;
  move();
  assert.equal(clock.pending, 0);
});
