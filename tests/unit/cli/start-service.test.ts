import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { systemClock } from '@triad/shared/clock/clock.ts';
import { startService } from '../../../cli/system/start-service.ts';
import { FakeClock } from '../../harness/fake-clock.ts';
import { temporaryDirectory } from '../../harness/temporary-directory.ts';
import { until } from '../../harness/until.ts';

const launchOf = async (behaviour: string) => ({
  name: 'invoker' as const,
  entry: join(import.meta.dirname, '../../harness/cli/services/behaving-service.ts'),
  environment: { ...process.env, BEHAVIOUR: behaviour },
  logFile: join(await temporaryDirectory(), 'logs', 'invoker.log'),
  drainSeconds: 0,
});

describe('starting a service', () => {
  test('a service that says it is ready runs, and what it prints goes to its log', async () => {
    const launch = await launchOf('ready');
    const service = await startService(launch, systemClock);
    assert.equal(service.url, 'http://127.0.0.1:1');
    await until('the log', async () => (await readFile(launch.logFile, 'utf8')) || undefined);
    assert.equal(await readFile(launch.logFile, 'utf8'), 'behaving: ready\n');
    await service.stop();
    assert.equal(await service.ended, 'signal SIGTERM');
  });

  test('an error that a service reports keeps its code, message and fix', async () => {
    await assert.rejects(startService(await launchOf('error'), systemClock), {
      code: 'STATE_CORRUPT',
      message: 'It is broken.',
      fix: 'Mend it.',
    });
  });

  test('a service that dies is SERVICE_DIED with its exit code and its log', async () => {
    const launch = await launchOf('death');
    await assert.rejects(startService(launch, systemClock), {
      code: 'SERVICE_DIED',
      message: 'The invoker died: exit code 3 before it was ready',
      fix: `Read its log at ${launch.logFile}.`,
    });
    assert.match(await readFile(launch.logFile, 'utf8'), /out of luck/);
  });

  test('a service that stays silent is stopped after 30 s', async () => {
    const clock = new FakeClock();
    const launch = await launchOf('silence');
    const starting = startService(launch, clock);
    const refused = assert.rejects(starting, {
      code: 'SERVICE_DIED',
      message: /not ready after 30 s/,
    });
    await until('the process', async () => (await readFile(launch.logFile, 'utf8')) || undefined);
    await clock.advance(30_000);
    await refused;
  });

  test('a service that does not stop when asked is killed after 10 s', async () => {
    const clock = new FakeClock();
    const service = await startService(await launchOf('stubborn'), clock);
    const stopped = service.stop();
    await clock.advance(10_000);
    await stopped;
    assert.equal(await service.ended, 'signal SIGKILL');
  });
});
