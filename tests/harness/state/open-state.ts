import { openSqlite } from '@triad/shared/state/sqlite-database.ts';

/** Opens a state file and closes it. */
const db = await openSqlite(process.argv[2] ?? '');
await db.destroy();
