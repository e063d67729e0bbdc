import { join } from 'node:path';
import { KyselyEventStore } from '@triad/shared/state/kysely-event-store.ts';
import { KyselyStateStore } from '@triad/shared/state/kysely-state-store.ts';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';
import { temporaryDirectory } from '../harness/temporary-directory.ts';
import { eventStoreConformance } from './event-store.conformance.ts';

eventStoreConformance('sqlite', async () => {
  const path = join(await temporaryDirectory(), 'state.db');
  const db = await openSqlite(path);
  return {
    events: new KyselyEventStore(db),
    state: new KyselyStateStore(db),
    async reopen() {
      await db.destroy();
      return new KyselyEventStore(await openSqlite(path));
    },
  };
});
