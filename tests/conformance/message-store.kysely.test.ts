import { KyselyMessageStore } from '@triad/shared/messenger/kysely-message-store.ts';
import { databases } from '../harness/state/databases.ts';
import { messageStoreConformance } from './message-store.conformance.ts';

for (const { name, open } of databases) {
  messageStoreConformance(name, async () => {
    const { db, reopen } = await open();
    return {
      store: new KyselyMessageStore(db),
      async reopen() {
        await db.destroy();
        return new KyselyMessageStore(await reopen());
      },
    };
  });
}
