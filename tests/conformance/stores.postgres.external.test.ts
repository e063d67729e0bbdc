import { after, before } from 'node:test';
import { KyselyMessageStore } from '@triad/shared/messenger/kysely-message-store.ts';
import { KyselyLeaseStore } from '@triad/shared/state/kysely-lease-store.ts';
import { KyselyRetentionStore } from '@triad/shared/state/kysely-retention-store.ts';
import { KyselyStateStore } from '@triad/shared/state/kysely-state-store.ts';
import { KyselyTickLedger } from '@triad/shared/state/kysely-tick-ledger.ts';
import { DebianPostgres, debianDatabase } from '../harness/state/debian-postgres.ts';
import { concurrencyConformance } from './concurrency.conformance.ts';
import { leaseStoreConformance } from './lease-store.conformance.ts';
import { messageStoreConformance } from './message-store.conformance.ts';
import { retentionStoreConformance } from './retention-store.conformance.ts';
import { stateStoreConformance } from './state-store.conformance.ts';

let cluster: DebianPostgres;
before(async () => {
  cluster = await DebianPostgres.start();
});
after(() => cluster.stop());

const { name, open } = debianDatabase(() => cluster);

stateStoreConformance(name, async () => {
  const { db, reopen } = await open();
  return {
    store: new KyselyStateStore(db),
    reopen: async () => new KyselyStateStore(await reopen()),
  };
});
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
leaseStoreConformance(name, async () => new KyselyLeaseStore((await open()).db));
retentionStoreConformance(name, async () => {
  const { db } = await open();
  return {
    retention: new KyselyRetentionStore(db),
    state: new KyselyStateStore(db),
    ledger: new KyselyTickLedger(db),
    messages: new KyselyMessageStore(db),
  };
});
concurrencyConformance(name, open, { races: 40, writers: 8 });
