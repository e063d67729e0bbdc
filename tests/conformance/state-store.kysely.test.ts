import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { KyselyStateStore } from '@triad/shared/state/kysely-state-store.ts';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';
import { inFlightOf, planOf } from '../harness/run-fixtures.ts';
import { databases } from '../harness/state/databases.ts';
import { temporaryDirectory } from '../harness/temporary-directory.ts';
import { stateStoreConformance } from './state-store.conformance.ts';

for (const { name, open } of databases) {
  stateStoreConformance(name, async () => {
    const { db, reopen } = await open();
    return {
      store: new KyselyStateStore(db),
      reopen: async () => new KyselyStateStore(await reopen()),
    };
  });
}

test('a writer killed in the middle of a transaction loses nothing that was committed', async () => {
  const path = join(await temporaryDirectory(), 'state.db');
  const script = join(import.meta.dirname, '../harness/state/dying-writer.ts');
  const [, signal] = await once(fork(script, [path]), 'exit');
  assert.equal(signal, 'SIGKILL');
  const store = new KyselyStateStore(await openSqlite(path));
  assert.deepEqual(await store.getRun('r1'), { plan: planOf('r1'), events: [] });
  assert.deepEqual(await store.inFlight(), [inFlightOf('r1', 'only')]);
  assert.equal((await store.listRuns({ limit: 1 }))[0]?.state, 'running');
  assert.equal(await store.createRun(planOf('r2')), true);
  await store.close();
});
