import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { keepAlive } from '../../../cli/system/keep-alive.ts';
import type { RunningService } from '../../../cli/system/start-service.ts';
import { FakeClock, settled } from '../../harness/fake-clock.ts';

/** A service that dies when the test says so. */
function mortalService() {
  const end = Promise.withResolvers<string>();
  const service: RunningService = {
    url: 'http://127.0.0.1:1',
    ended: end.promise,
    stop: async () => end.resolve('signal SIGTERM'),
  };
  return { service, die: (how: string) => end.resolve(how) };
}

function keptService() {
  const clock = new FakeClock();
  const lives = [mortalService()];
  const lines: string[] = [];
  const failures: Error[] = [];
  const kept = keepAlive({
    service: 'invoker',
    logFile: '/logs/invoker.log',
    first: lives[0]?.service ?? mortalService().service,
    restart: async () => {
      const failure = failures.shift();
      if (failure) throw failure;
      const next = mortalService();
      lives.push(next);
      return next.service;
    },
    announce: (line) => lines.push(line),
    clock,
  });
  const die = async (how: string) => {
    lives.at(-1)?.die(how);
    await settled();
  };
  return { clock, lives, lines, failures, kept, die };
}

describe('keeping a service alive', () => {
  test('a service that dies is started again, and the user is told', async () => {
    const { clock, lives, lines, die } = keptService();
    await die('signal SIGKILL');
    assert.deepEqual(lines, ['The invoker died (signal SIGKILL); it is started again in 0.2 s.']);
    assert.equal(lives.length, 1);
    await clock.advance(200);
    await settled();
    assert.equal(lives.length, 2);
    assert.equal(lines.at(-1), 'The invoker runs again.');
  });

  test('each further death within a minute doubles the delay; the fifth ends it', async () => {
    const { clock, lives, lines, kept, die } = keptService();
    for (const delayMs of [200, 400, 800, 1600]) {
      await die('exit code 1');
      assert.match(lines.at(-1) ?? '', new RegExp(`in ${delayMs / 1000} s`));
      await clock.advance(delayMs);
      await settled();
    }
    assert.equal(lives.length, 5);
    await die('exit code 1');
    const error = await kept.gaveUp;
    assert.equal(error.code, 'SERVICE_DIED');
    assert.match(error.message, /5 times within a minute, last with exit code 1/);
    assert.match(error.fix, /\/logs\/invoker\.log/);
    await clock.advance(60_000);
    assert.equal(lives.length, 5);
  });

  test('deaths that lie further apart are no crash loop', async () => {
    const { clock, lives, die } = keptService();
    for (let death = 0; death < 10; death++) {
      await die('exit code 1');
      await clock.advance(61_000);
      await settled();
    }
    assert.equal(lives.length, 11);
  });

  test('a restart that fails counts as a death', async () => {
    const { clock, lives, lines, failures, die } = keptService();
    failures.push(new Error('Port 4181 of invoker is already in use.'));
    await die('exit code 1');
    await clock.advance(200);
    await settled();
    assert.match(lines.at(-1) ?? '', /Port 4181 .*started again in 0.4 s/);
    await clock.advance(400);
    await settled();
    assert.equal(lives.length, 2);
  });

  test('a service that is stopped is not started again', async () => {
    const { clock, lives, lines, kept } = keptService();
    await kept.stop();
    await clock.advance(60_000);
    assert.equal(lives.length, 1);
    assert.deepEqual(lines, []);
  });

  test('stopping while a restart is due cancels the restart', async () => {
    const { clock, lives, kept, die } = keptService();
    await die('exit code 1');
    await kept.stop();
    await clock.advance(60_000);
    assert.equal(lives.length, 1);
  });
});
