import { after, before } from 'node:test';
import { KyselyMessageStore } from '@triad/shared/messenger/kysely-message-store.ts';
import { KyselyStateStore } from '@triad/shared/state/kysely-state-store.ts';
import { DebianPostgres, debianDatabase } from '../harness/state/debian-postgres.ts';
import { concurrencyConformance } from './concurrency.conformance.ts';
import { messageStoreConformance } from './message-store.conformance.ts';
import { stateStoreConformance } from './state-store.conformance.ts';
import { storesConformance } from './stores.conformance.ts';

let cluster: DebianPostgres;
before(async () => {
  cluster = await DebianPostgres.start();
});
after(() => cluster.stop());

const database = debianDatabase(() => cluster);
const { name, open } = database;

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
storesConformance(database);
concurrencyConformance(name, open, { races: 40, writers: 8 });
