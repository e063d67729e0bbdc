import { PgliteServer } from '../harness/state/pglite-server.ts';

/* A Postgres that tells its parent its URL and lives as long as it does. */

const { url } = await PgliteServer.start();
process.once('disconnect', () => process.exit());
process.send?.(url);
