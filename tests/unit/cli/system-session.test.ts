import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { loadConfig } from '@triad/shared/config/config.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { SystemSession } from '../../../cli/system/system-session.ts';
import { PauseSkippingClock } from '../../harness/pause-skipping-clock.ts';
import { sequentialIds } from '../../harness/sequential-ids.ts';

suite('a system elsewhere', () => {
  const unreachable = new TriadError('SERVICE_UNREACHABLE', {
    service: 'orchestrator',
    url: 'https://triad.example',
    reason: 'connection refused',
  });
  const open = (clock: PauseSkippingClock) =>
    SystemSession.open({
      config: loadConfig({ TRIAD_URL: 'https://triad.example/' }),
      env: {},
      // Nothing is printed.
      terminal: undefined as never,
      clock,
      ids: sequentialIds(),
      callerDirectory: '/',
      user: 'ada',
    });

  test('is waited for while it is silent, and is never taken for one of our own', async () => {
    const clock = new PauseSkippingClock(Number.NaN);
    const session = await open(clock);
    assert.equal(session.isTemporary, false);
    let silent = 3;
    const answer = await session.persist(async () => {
      if (silent-- > 0) throw unreachable;
      return 'an answer';
    });
    assert.equal(answer, 'an answer');
    assert.equal(clock.pauses.length, 3);
  });

  test('is asked again when it cannot answer now, and not when it never will', async () => {
    const clock = new PauseSkippingClock(Number.NaN);
    const session = await open(clock);
    const answers = [
      () => Promise.reject(new TriadError('STATE_BUSY')),
      () => Promise.reject(new TriadError('RATE_LIMITED', { seconds: 1 })),
      () => Promise.resolve('an answer'),
    ];
    assert.equal(await session.persist(() => answers.shift()?.() ?? assert.fail()), 'an answer');
    assert.deepEqual(clock.pauses, [2000, 2000]);
    const final = new TriadError('UNAUTHENTICATED', { reason: 'no token' });
    await assert.rejects(
      session.persist(() => Promise.reject(final)),
      final,
    );
    assert.equal(clock.pauses.length, 2);
  });

  test('is given up after half a minute', async () => {
    const clock = new PauseSkippingClock(Number.NaN);
    const session = await open(clock);
    await assert.rejects(
      session.persist(() => Promise.reject(unreachable)),
      unreachable,
    );
    const waited = clock.pauses.reduce((sum, pause) => sum + pause, 0);
    assert.equal(waited, 30_000);
  });
});
