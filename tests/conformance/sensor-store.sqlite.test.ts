import { join } from 'node:path';
import { KyselySensorStore } from '@triad/shared/state/kysely-sensor-store.ts';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';
import { temporaryDirectory } from '../harness/temporary-directory.ts';
import { sensorStoreConformance } from './sensor-store.conformance.ts';

sensorStoreConformance('sqlite', async () => {
  const path = join(await temporaryDirectory(), 'state.db');
  const db = await openSqlite(path);
  return {
    store: new KyselySensorStore(db),
    async reopen() {
      await db.destroy();
      return new KyselySensorStore(await openSqlite(path));
    },
  };
});
