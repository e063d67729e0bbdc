import { KyselySilenceStore } from '@triad/shared/state/kysely-silence-store.ts';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';
import { silenceStoreConformance } from './silence-store.conformance.ts';

silenceStoreConformance('sqlite', async () => new KyselySilenceStore(await openSqlite(':memory:')));
