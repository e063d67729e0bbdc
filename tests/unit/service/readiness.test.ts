import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { checkAll, reasonsOf } from '@triad/shared/service/health.ts';
import { Heartbeat } from '@triad/shared/service/heartbeat.ts';
import { Readiness } from '@triad/shared/service/readiness.ts';
import { FakeClock } from '../../harness/fake-clock.ts';
import { recordingLogger } from '../../harness/recording-logger.ts';

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
  const readiness = new Readiness({ well }, new FakeClock(), recordingLogger().log);
  assert.deepEqual(await readiness.reasons(), []);
  readiness.stopping();
  assert.deepEqual(
    (await readiness.reasons()).map(({ code }) => code),
    ['SERVICE_STOPPING'],
  );
});

test('who asks at one time or within three seconds shares the checks; the log has why they failed', async () => {
  const clock = new FakeClock();
  const { log, lines } = recordingLogger();
  let asked = 0;
  let fails = true;
  const thing = async () => {
    asked += 1;
    if (fails) await down();
  };
  const readiness = new Readiness({ thing }, clock, log);
  const codes = async () => (await readiness.reasons()).map(({ code }) => code);
  const answers = await Promise.all([codes(), codes(), codes()]);
  assert.deepEqual(answers.flat(), ['NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND']);
  fails = false;
  await clock.advance(2999);
  assert.deepEqual(await codes(), ['NOT_FOUND']);
  assert.equal(asked, 1);
  assert.deepEqual(
    lines.map(({ level, message }) => [level, message]),
    [['warn', 'not ready']],
  );
  assert.match(JSON.stringify(lines[0]?.fields), /No thing named x/);
  await clock.advance(1);
  assert.deepEqual(await codes(), []);
  assert.equal(asked, 2);
  readiness.stopping();
  assert.deepEqual(await codes(), ['SERVICE_STOPPING'], 'which does not wait');
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
