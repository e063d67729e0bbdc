import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KyselyMessageStore } from '@triad/shared/messenger/kysely-message-store.ts';
import { KyselyRetentionStore, tablesOfRun } from '@triad/shared/state/kysely-retention-store.ts';
import { KyselyStateStore } from '@triad/shared/state/kysely-state-store.ts';
import { KyselyTickLedger } from '@triad/shared/state/kysely-tick-ledger.ts';
import { databases } from '../harness/state/databases.ts';
import { retentionStoreConformance } from './retention-store.conformance.ts';

for (const { name, open } of databases) {
  retentionStoreConformance(name, async () => {
    const { db } = await open();
    return {
      retention: new KyselyRetentionStore(db),
      state: new KyselyStateStore(db),
      ledger: new KyselyTickLedger(db),
      messages: new KyselyMessageStore(db),
    };
  });
}

test('every table that knows a run is emptied with it, or known to stay', async () => {
  const [sqlite] = databases;
  const { db } = (await sqlite?.open()) ?? assert.fail();
  const tables = await db.introspection.getTables();
  const ofRun = tables.filter(({ columns }) => columns.some((column) => column.name === 'run_id'));
  const staying = ['alarms', 'pruned_runs', 'runs', 'sensor_cursors', 'ticks'];
  assert.deepEqual(
    ofRun.map((table) => table.name).toSorted(),
    [...tablesOfRun, ...staying].toSorted(),
  );
});
