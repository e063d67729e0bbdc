import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KyselyEventStore } from '@triad/shared/state/kysely-event-store.ts';
import { KyselyStateStore } from '@triad/shared/state/kysely-state-store.ts';
import { events } from '@triad/shared/state/migrations/005-events.ts';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';
import { changeOf, planOf } from '../../harness/run-fixtures.ts';

test('what succeeded before there were triggers starts nothing', async () => {
  const db = await openSqlite(':memory:');
  const state = new KyselyStateStore(db);
  const succeed = async (runId: string) => {
    await state.createRun(planOf(runId));
    await state.applyChange(runId, 0, changeOf({ state: 'succeeded', finishedAt: new Date(0) }));
  };
  await succeed('r1');
  // As the state was before the migration.
  for (const table of ['events', 'announced_runs', 'sensor_cursors']) {
    await db.schema.dropTable(table).execute();
  }
  await db.schema.dropIndex('runs_by_finish').execute();
  await events.up(db);
  await succeed('r2');
  assert.deepEqual(await new KyselyEventStore(db).unannounced(null, 10), ['r2']);
});
