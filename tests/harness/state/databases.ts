import { join } from 'node:path';
import { after } from 'node:test';
import type { Database } from '@triad/shared/state/database.ts';
import { openPostgres } from '@triad/shared/state/postgres-database.ts';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';
import type { Kysely } from 'kysely';
import { temporaryDirectory } from '../temporary-directory.ts';
import { PgliteServer } from './pglite-server.ts';

export interface OpenDatabase {
  db: Kysely<Database>;
  /** Another handle on the same data, as another process or a restarted one has it. */
  reopen(): Promise<Kysely<Database>>;
}

export interface TestDatabase {
  name: string;
  /** An empty database with the newest schema. */
  open(): Promise<OpenDatabase>;
}

const sqlite: TestDatabase = {
  name: 'sqlite',
  async open() {
    const path = join(await temporaryDirectory(), 'state.db');
    return { db: await openSqlite(path), reopen: () => openSqlite(path) };
  },
};

/** Postgres itself in WebAssembly, asked through the real driver. One for all tests of a file. */
function pglite(): TestDatabase {
  let server: Promise<PgliteServer> | undefined;
  let opened: Kysely<Database>[] = [];
  const close = async () => {
    await Promise.all(opened.map((db) => db.destroy()));
    opened = [];
  };
  const openOn = async (url: string) => {
    const db = await openPostgres({ url });
    opened.push(db);
    return db;
  };
  after(async () => {
    await close();
    await (await server)?.stop();
  });
  return {
    name: 'pglite',
    async open() {
      server ??= PgliteServer.start();
      const { url } = await server;
      await close();
      await (await server).clear();
      return { db: await openOn(url), reopen: () => openOn(url) };
    },
  };
}

/**
 * The databases that state and messages are kept in. The external tests run each suite on all of
 * them; the others, which must be quick, on SQLite.
 */
export const databases: readonly TestDatabase[] =
  process.env.TRIAD_TEST_DATABASES === 'all' ? [sqlite, pglite()] : [sqlite];
