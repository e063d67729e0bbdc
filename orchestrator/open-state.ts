import { homeLayout } from '@triad/shared/config/home.ts';
import type { Database } from '@triad/shared/state/database.ts';
import { describeHolder, lockHome } from '@triad/shared/state/home-lock.ts';
import { describeDatabase, openPostgres } from '@triad/shared/state/postgres-database.ts';
import { releaseTaken } from '@triad/shared/state/release-taken.ts';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';
import type { Kysely } from 'kysely';

export interface OpenState {
  db: Kysely<Database>;
  /** For messages: a file, or a database without its password. */
  where: string;
  /** The file, where it is one. */
  file: string | undefined;
  close(): Promise<void>;
}

/**
 * Opens the state: the Postgres at `databaseUrl`, which several orchestrators may share, or else the
 * SQLite file of the home, which one process at a time may have: `HOME_IN_USE`.
 */
export async function openState(
  { home, databaseUrl }: { home: string; databaseUrl: string | undefined },
  now: Date,
): Promise<OpenState> {
  if (databaseUrl !== undefined) {
    const db = await openPostgres({ url: databaseUrl });
    return { db, where: describeDatabase(databaseUrl), file: undefined, close: () => db.destroy() };
  }
  const { state: file, lock, system } = homeLayout(home);
  const unlock = lockHome(home, lock, () => describeHolder(system));
  try {
    const db = await openSqlite(file);
    await releaseTaken(db, now);
    return {
      db,
      where: file,
      file,
      async close() {
        await db.destroy();
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}
