import { join } from 'node:path';
import { KyselyMessageStore } from '@triad/shared/messenger/kysely-message-store.ts';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';
import { temporaryDirectory } from '../harness/temporary-directory.ts';
import { messageStoreConformance } from './message-store.conformance.ts';

messageStoreConformance('sqlite', async () => {
  const path = join(await temporaryDirectory(), 'state.db');
  let db = await openSqlite(path);
  return {
    store: new KyselyMessageStore(db),
    async reopen() {
      await db.destroy();
      db = await openSqlite(path);
      return new KyselyMessageStore(db);
    },
  };
});
