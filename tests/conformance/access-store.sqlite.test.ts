import { KyselyAccessStore } from '@triad/shared/state/kysely-access-store.ts';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';
import { accessStoreConformance } from './access-store.conformance.ts';

accessStoreConformance('sqlite', async () => new KyselyAccessStore(await openSqlite(':memory:')));
