import { KyselyMessageStore } from '@triad/shared/messenger/kysely-message-store.ts';
import { KyselyRunFacts } from '@triad/shared/state/kysely-run-facts.ts';
import { KyselyStateStore } from '@triad/shared/state/kysely-state-store.ts';
import { KyselyTickLedger } from '@triad/shared/state/kysely-tick-ledger.ts';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';
import { runFactsConformance } from './run-facts.conformance.ts';

runFactsConformance('sqlite', async () => {
  const db = await openSqlite(':memory:');
  return {
    facts: new KyselyRunFacts(db),
    state: new KyselyStateStore(db),
    ledger: new KyselyTickLedger(db),
    messages: new KyselyMessageStore(db),
  };
});
