import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { triad } from '../harness/cli/triad.ts';
import { TriadProcess } from '../harness/cli/triad-process.ts';
import { temporaryDirectory } from '../harness/temporary-directory.ts';

test('an event is sent from a file, once, and sensors are looked at from the command line', async (t) => {
  const home = await temporaryDirectory();
  const env = {
    TRIAD_HOME: home,
    INIT_CWD: home,
    TRIAD_ORCHESTRATOR_PORT: '0',
    TRIAD_INVOKER_PORT: '0',
    TRIAD_SCHEDULER: 'off',
    TRIAD_WARM_WORKERS: '0',
    TRIAD_JOBS: '{"scripted":["true"]}',
    TRIAD_PIPELINES_DIR: resolve(import.meta.dirname, '../harness/pipelines-sensing'),
  };
  const event = {
    specversion: '1.0',
    id: '1',
    source: 'shop/orders',
    type: 'com.example.orders.landed',
    data: { day: 'some day', file: { source: 'simulated' } },
  };
  writeFileSync(join(home, 'event.json'), JSON.stringify(event));
  writeFileSync(join(home, 'forged.json'), JSON.stringify({ ...event, source: 'triad/x' }));

  const up = new TriadProcess(['up'], env);
  t.after(() => up.kill('SIGINT'));
  await up.saying('stdout', /Ctrl-C stops it/);

  const unfit = await triad(['events', 'send', 'event.json'], env);
  assert.equal(unfit.exitCode, 1, unfit.stderr);
  assert.match(unfit.stdout, /orders: INPUT_INVALID: .*data\.day: expected a calendar date/);
  const again = await triad(['events', 'send', 'event.json', '--json'], env);
  assert.equal(JSON.parse(again.stdout).duplicate, true);
  const forged = await triad(['events', 'send', 'forged.json'], env);
  assert.match(forged.stderr, /EVENT_SOURCE_FORBIDDEN/);
  const missing = await triad(['events', 'send', 'gone.json'], env);
  assert.match(missing.stderr, /FILE_MISSING/);

  const { stdout: events } = await triad(['events'], env);
  assert.match(events, /com\.example\.orders\.landed\s+shop\/orders/);
  const check = await triad(['sensors', 'check', 'after-orders', 'lines'], env);
  assert.match(check.stderr, /WAREHOUSE_MISSING/);
  const { stdout: sensors } = await triad(['sensors', '--json'], env);
  const [sensor] = JSON.parse(sensors).sensors;
  assert.deepEqual([sensor.name, sensor.state, sensor.failures], ['lines', 'failing', 1]);
});
