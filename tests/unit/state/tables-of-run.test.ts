import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tablesOfRun } from '@triad/shared/state/kysely-retention-store.ts';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';

test('every table that knows a run is emptied with it, or known to stay', async () => {
  const db = await openSqlite(':memory:');
  const tables = await db.introspection.getTables();
  const ofRun = tables.filter(({ columns }) => columns.some((column) => column.name === 'run_id'));
  const staying = ['alarms', 'pruned_runs', 'runs', 'sensor_cursors', 'ticks'];
  assert.deepEqual(
    ofRun.map((table) => table.name).toSorted(),
    [...tablesOfRun, ...staying].toSorted(),
  );
});
