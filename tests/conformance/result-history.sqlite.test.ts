import { KyselyResultHistory } from '@triad/shared/state/kysely-result-history.ts';
import { KyselyStateStore } from '@triad/shared/state/kysely-state-store.ts';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';
import { resultHistoryConformance } from './result-history.conformance.ts';

resultHistoryConformance('sqlite', async () => {
  const db = await openSqlite(':memory:');
  return { history: new KyselyResultHistory(db), store: new KyselyStateStore(db) };
});
