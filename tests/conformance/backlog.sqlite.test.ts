import { KyselyMessageStore } from '@triad/shared/messenger/kysely-message-store.ts';
import { KyselyBacklog } from '@triad/shared/state/kysely-backlog.ts';
import { KyselyStateStore } from '@triad/shared/state/kysely-state-store.ts';
import { KyselyTickLedger } from '@triad/shared/state/kysely-tick-ledger.ts';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';
import { backlogConformance } from './backlog.conformance.ts';

backlogConformance('sqlite', async () => {
  const db = await openSqlite(':memory:');
  return {
    reader: new KyselyBacklog(db),
    state: new KyselyStateStore(db),
    ledger: new KyselyTickLedger(db),
    messages: new KyselyMessageStore(db),
  };
});
