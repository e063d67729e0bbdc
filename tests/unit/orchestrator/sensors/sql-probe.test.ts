import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SqlProbe } from '../../../../orchestrator/sensors/sql-probe.ts';
import { setUpEvents } from '../../../harness/orchestrator/event-setup.ts';
import { SensingStarter } from '../../../harness/sensors/sensing-starter.ts';

test('the looks of every two sensors are runs of two pipelines', async () => {
  const { state, events, clock } = await setUpEvents([]);
  const starter = new SensingStarter(state, clock.now());
  const probe = new SqlProbe({ starter, state, events, clock });
  const long = 'p'.repeat(63);
  const sensors = [
    { pipeline: 'shop', sensor: 'new-rows' },
    { pipeline: 'shop-new', sensor: 'rows' },
    { pipeline: long, sensor: 'a' },
    { pipeline: long, sensor: 'b' },
  ];
  for (const sensor of sensors) {
    const look = { ...sensor, number: 1, signal: new AbortController().signal };
    await probe.look({ kind: 'sql', query: 'SELECT 1' }, look);
  }
  const runs = await state.listRuns({ trigger: 'look', limit: 9 });
  const names = runs.map(({ pipeline }) => pipeline).reverse();
  assert.equal(new Set(names).size, sensors.length);
  assert.match(names[0] ?? '', /^sense-shop-new-rows-[0-9a-f]{8}$/);
});
