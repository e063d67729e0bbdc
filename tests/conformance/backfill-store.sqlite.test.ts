import { KyselyBackfillStore } from '@triad/shared/state/kysely-backfill-store.ts';
import { KyselyStateStore } from '@triad/shared/state/kysely-state-store.ts';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';
import { backfillStoreConformance } from './backfill-store.conformance.ts';

backfillStoreConformance('sqlite', async () => {
  const db = await openSqlite(':memory:');
  return { backfills: new KyselyBackfillStore(db), state: new KyselyStateStore(db) };
});
