import { KyselyMessageStore } from '@triad/shared/messenger/kysely-message-store.ts';
import type { Database } from '@triad/shared/state/database.ts';
import { KyselyAlarmStore } from '@triad/shared/state/kysely-alarm-store.ts';
import { KyselyBackfillStore } from '@triad/shared/state/kysely-backfill-store.ts';
import { KyselyEventStore } from '@triad/shared/state/kysely-event-store.ts';
import { KyselyResultHistory } from '@triad/shared/state/kysely-result-history.ts';
import { KyselyRunFacts } from '@triad/shared/state/kysely-run-facts.ts';
import { KyselySensorStore } from '@triad/shared/state/kysely-sensor-store.ts';
import { KyselySilenceStore } from '@triad/shared/state/kysely-silence-store.ts';
import { KyselyStateStore } from '@triad/shared/state/kysely-state-store.ts';
import { KyselyTickLedger } from '@triad/shared/state/kysely-tick-ledger.ts';
import type { Kysely } from 'kysely';
import type { Stores } from './stores.ts';

/** The real adapters, for worlds that run on a database. */
export const kyselyStores = (db: Kysely<Database>): Stores => ({
  state: new KyselyStateStore(db),
  ledger: new KyselyTickLedger(db),
  messages: new KyselyMessageStore(db),
  backfills: new KyselyBackfillStore(db),
  alarms: new KyselyAlarmStore(db),
  sensors: new KyselySensorStore(db),
  silences: new KyselySilenceStore(db),
  facts: new KyselyRunFacts(db),
  events: new KyselyEventStore(db),
  history: new KyselyResultHistory(db),
});
