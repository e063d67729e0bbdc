import { KyselyAlarmStore } from '@triad/shared/state/kysely-alarm-store.ts';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';
import { alarmStoreConformance } from './alarm-store.conformance.ts';

alarmStoreConformance('sqlite', async () => new KyselyAlarmStore(await openSqlite(':memory:')));
