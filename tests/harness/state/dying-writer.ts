import { KyselyStateStore } from '@triad/shared/state/kysely-state-store.ts';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';
import { changeOf, inFlightOf, planOf } from '../run-fixtures.ts';

/** Commits a run with one attempt in flight, and is killed in the middle of the next transaction. */
const db = await openSqlite(process.argv[2] ?? '');
const store = new KyselyStateStore(db);
await store.createRun(planOf('r1'));
await store.applyChange('r1', 0, changeOf({ dispatched: [inFlightOf('r1', 'only')] }));
await db.transaction().execute(async (tx) => {
  await tx.deleteFrom('in_flight').execute();
  await tx.updateTable('runs').set({ state: 'succeeded' }).execute();
  process.kill(process.pid, 'SIGKILL');
});
