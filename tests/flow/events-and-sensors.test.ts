import assert from 'node:assert/strict';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import type { EventReceipt } from '@triad/shared/contracts/event-view.ts';
import type { RunSummary, RunView } from '@triad/shared/contracts/run-view.ts';
import type { SensorView } from '@triad/shared/contracts/sensor-view.ts';
import { EmbeddedSystem } from '../harness/embedded-system.ts';
import { orderSource } from '../harness/sql-runner/order-file.ts';
import { until } from '../harness/until.ts';

const directory = resolve(import.meta.dirname, '../harness/pipelines-sensing');

test('an event loads, the load starts what follows, and the warehouse is sensed', async (t) => {
  const system = await EmbeddedSystem.start({
    TRIAD_PIPELINES_DIR: directory,
    TRIAD_SCHEDULER: 'on',
    TRIAD_WARM_WORKERS: '1',
    TRIAD_SQL_DIR: join(directory, '../../../sql'),
  });
  t.after(() => system.stop());

  const sensor = async () => {
    const { sensors } = (await system.ask('GET', '/v1/sensors')) as { sensors: SensorView[] };
    return sensors[0];
  };
  const runsOf = async (trigger: string): Promise<RunView[]> => {
    const { runs } = (await system.ask('GET', '/v1/runs?pipeline=after-orders')) as {
      runs: RunSummary[];
    };
    const found = runs.filter((run) => run.trigger === trigger && run.finishedAt !== null);
    return Promise.all(found.map(({ runId }) => system.show(runId)));
  };
  const load = async (id: string, day: string, count: number) => {
    const rows = Array.from({ length: count }, (_, i) => [`c${i}`, '2026-01-05', 10] as const);
    const event = {
      specversion: '1.0',
      id,
      source: 'shop/orders',
      type: 'com.example.orders.landed',
      data: { day, file: { source: await orderSource(rows) } },
    };
    return (await system.ask('POST', '/v1/events', event)) as EventReceipt;
  };

  // Before the first load there is no warehouse: shown as such, and nothing starts.
  await until('the sensor to fail', async () =>
    (await sensor())?.error?.code === 'WAREHOUSE_MISSING' ? true : undefined,
  );

  const receipt = await load('1', '2026-01-31', 3);
  const runId = receipt.effects[0]?.runId ?? assert.fail(JSON.stringify(receipt));
  const loaded = await system.finished(runId);
  assert.equal(loaded.state, 'succeeded', JSON.stringify(loaded.error));
  assert.deepEqual([loaded.runDate, loaded.trigger], ['2026-01-31', 'event']);

  const [after] = await until('the run after the load', async () => {
    const runs = await runsOf('pipeline');
    return runs.length > 0 ? runs : undefined;
  });
  assert.equal(after?.runDate, '2026-01-31');
  assert.deepEqual(after?.params, { loaded: loaded.params.source, lines: 3 });

  // The first value is remembered; the next one, after a restart, is a change.
  await until('the first value', async () => {
    // By itself, it looks the less often the more often it has failed.
    await system.ask('POST', '/v1/sensors/after-orders/lines:check');
    return (await sensor())?.value === 3 || undefined;
  });
  assert.deepEqual(await runsOf('sensor'), []);
  await system.kill('orchestrator');
  await system.startService('orchestrator');
  await load('2', '2026-02-01', 2);
  const [changed] = await until('the run of the change', async () => {
    const runs = await runsOf('sensor');
    return runs.length > 0 ? runs : undefined;
  });
  assert.deepEqual(changed?.params, { lines: 5 });
  assert.equal(changed?.state, 'succeeded');
  assert.deepEqual([(await sensor())?.value, (await sensor())?.runId], [5, changed?.runId]);
  assert.equal((await runsOf('pipeline')).length, 2);
});
