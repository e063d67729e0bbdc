import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { checkAll, reasonsOf } from '@triad/shared/service/health.ts';
import { Heartbeat } from '@triad/shared/service/heartbeat.ts';
import { Readiness } from '@triad/shared/service/readiness.ts';
import { FakeClock } from '../../harness/fake-clock.ts';

const well = async () => {};
const down = async () => {
  throw new TriadError('NOT_FOUND', { what: 'thing', name: 'x' });
};
const silent = () => new Promise<void>(() => {});

test('a check that does not answer fails after two seconds, the others are not kept waiting', async () => {
  const clock = new FakeClock();
  const checking = checkAll({ well, silent, down }, clock);
  await clock.advance(2000);
  const results = await checking;
  assert.deepEqual(
    results.map(({ name, error }) => [name, error?.code]),
    [
      ['well', undefined],
      ['silent', 'CHECK_TIMEOUT'],
      ['down', 'NOT_FOUND'],
    ],
  );
  assert.deepEqual(
    reasonsOf(results).map(({ port }) => port),
    ['silent', 'down'],
  );
  assert.equal(clock.pending, 0, 'no timer is left behind');
});

test('what works is ready until it is stopping, whatever works then', async () => {
  const readiness = new Readiness({ well }, new FakeClock());
  assert.deepEqual(await readiness.reasons(), []);
  readiness.stopping();
  assert.deepEqual(
    (await readiness.reasons()).map(({ code }) => code),
    ['SERVICE_STOPPING'],
  );
});

test('a loop that does not go round for longer than its limit has stalled', async () => {
  const clock = new FakeClock();
  const heartbeat = new Heartbeat('reconciliation', 10, clock);
  await clock.advance(10_000);
  await heartbeat.check();
  await clock.advance(1000);
  await assert.rejects(heartbeat.check(), {
    code: 'LOOP_STALLED',
    message: /reconciliation loop .* 11 s/,
  });
  heartbeat.beat();
  await heartbeat.check();
});
