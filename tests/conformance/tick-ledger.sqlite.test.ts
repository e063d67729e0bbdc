import { join } from 'node:path';
import { KyselyStateStore } from '@triad/shared/state/kysely-state-store.ts';
import { KyselyTickLedger } from '@triad/shared/state/kysely-tick-ledger.ts';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';
import { temporaryDirectory } from '../harness/temporary-directory.ts';
import { tickLedgerConformance } from './tick-ledger.conformance.ts';

tickLedgerConformance('sqlite', async () => {
  const path = join(await temporaryDirectory(), 'state.db');
  const db = await openSqlite(path);
  const reopen = async () => new KyselyTickLedger(await openSqlite(path));
  return { ledger: new KyselyTickLedger(db), state: new KyselyStateStore(db), reopen };
});
