import { KyselyMessageStore } from '@triad/shared/messenger/kysely-message-store.ts';
import { KyselyAccessStore } from '@triad/shared/state/kysely-access-store.ts';
import { KyselyAlarmStore } from '@triad/shared/state/kysely-alarm-store.ts';
import { KyselyBackfillStore } from '@triad/shared/state/kysely-backfill-store.ts';
import { KyselyBacklog } from '@triad/shared/state/kysely-backlog.ts';
import { KyselyEventStore } from '@triad/shared/state/kysely-event-store.ts';
import { KyselyLeaseStore } from '@triad/shared/state/kysely-lease-store.ts';
import { KyselyResultHistory } from '@triad/shared/state/kysely-result-history.ts';
import { KyselyRetentionStore } from '@triad/shared/state/kysely-retention-store.ts';
import { KyselyRunFacts } from '@triad/shared/state/kysely-run-facts.ts';
import { KyselySensorStore } from '@triad/shared/state/kysely-sensor-store.ts';
import { KyselySilenceStore } from '@triad/shared/state/kysely-silence-store.ts';
import { KyselyStateStore } from '@triad/shared/state/kysely-state-store.ts';
import { KyselyTickLedger } from '@triad/shared/state/kysely-tick-ledger.ts';
import type { TestDatabase } from '../harness/state/databases.ts';
import { accessStoreConformance } from './access-store.conformance.ts';
import { alarmStoreConformance } from './alarm-store.conformance.ts';
import { backfillStoreConformance } from './backfill-store.conformance.ts';
import { backlogConformance } from './backlog.conformance.ts';
import { eventStoreConformance } from './event-store.conformance.ts';
import { leaseStoreConformance } from './lease-store.conformance.ts';
import { resultHistoryConformance } from './result-history.conformance.ts';
import { retentionStoreConformance } from './retention-store.conformance.ts';
import { runFactsConformance } from './run-facts.conformance.ts';
import { sensorStoreConformance } from './sensor-store.conformance.ts';
import { silenceStoreConformance } from './silence-store.conformance.ts';
import { tickLedgerConformance } from './tick-ledger.conformance.ts';

/** The suites of all Kysely stores but the two large ones, on one database: it starts once. */
export function storesConformance({ name, open }: TestDatabase): void {
  const openShared = async () => {
    const { db } = await open();
    return {
      db,
      state: new KyselyStateStore(db),
      ledger: new KyselyTickLedger(db),
      messages: new KyselyMessageStore(db),
    };
  };

  accessStoreConformance(name, async () => new KyselyAccessStore((await open()).db));
  alarmStoreConformance(name, async () => new KyselyAlarmStore((await open()).db));
  leaseStoreConformance(name, async () => new KyselyLeaseStore((await open()).db));
  silenceStoreConformance(name, async () => new KyselySilenceStore((await open()).db));

  backfillStoreConformance(name, async () => {
    const { db, state } = await openShared();
    return { backfills: new KyselyBackfillStore(db), state };
  });
  resultHistoryConformance(name, async () => {
    const { db, state } = await openShared();
    return { history: new KyselyResultHistory(db), store: state };
  });
  backlogConformance(name, async () => {
    const { db, ...stores } = await openShared();
    return { reader: new KyselyBacklog(db), ...stores };
  });
  retentionStoreConformance(name, async () => {
    const { db, ...stores } = await openShared();
    return {
      retention: new KyselyRetentionStore(db),
      access: new KyselyAccessStore(db),
      ...stores,
    };
  });
  runFactsConformance(name, async () => {
    const { db, ...stores } = await openShared();
    return { facts: new KyselyRunFacts(db), ...stores };
  });

  tickLedgerConformance(name, async () => {
    const { db, reopen } = await open();
    return {
      ledger: new KyselyTickLedger(db),
      state: new KyselyStateStore(db),
      reopen: async () => new KyselyTickLedger(await reopen()),
    };
  });
  eventStoreConformance(name, async () => {
    const { db, reopen } = await open();
    return {
      events: new KyselyEventStore(db),
      state: new KyselyStateStore(db),
      async reopen() {
        await db.destroy();
        return new KyselyEventStore(await reopen());
      },
    };
  });
  sensorStoreConformance(name, async () => {
    const { db, reopen } = await open();
    return {
      store: new KyselySensorStore(db),
      async reopen() {
        await db.destroy();
        return new KyselySensorStore(await reopen());
      },
    };
  });
}
