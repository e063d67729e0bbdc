import { fork } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { homeLayout } from '@triad/shared/config/home.ts';
import type { Database } from '@triad/shared/state/database.ts';
import { openPostgres } from '@triad/shared/state/postgres-database.ts';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';
import type { Kysely } from 'kysely';
import { DebianPostgres } from '../harness/state/debian-postgres.ts';

/** Where the orchestrators of a fleet keep their state. */
export interface ChaosDatabase {
  /** How many orchestrators share it. */
  orchestrators: number;
  /** How much slower than others it is: services look less often, and harm comes less often. */
  slowness: number;
  /** Of a Postgres. */
  url?: string;
  /** How long its server does not hear of a connection that was lost, in milliseconds. */
  unheardMs: number;
  /** The state itself, past the bad network. */
  open(home: string): Promise<Kysely<Database>>;
  /** Kills the server with all connections, and starts it again. */
  crash?: () => void;
  stop(): void;
}

export type DatabaseName = 'sqlite' | 'pglite' | 'postgres';

/** Each begins empty. */
export const databases: Record<DatabaseName, () => Promise<ChaosDatabase>> = {
  sqlite: async () => ({
    orchestrators: 1,
    slowness: 1,
    unheardMs: 0,
    open: (home) => openSqlite(homeLayout(home).state),
    stop() {},
  }),

  /** Postgres in WebAssembly, in a process of its own. Its one backend serves one client at a time. */
  async pglite() {
    const child = fork(join(import.meta.dirname, 'pglite-process.ts'));
    const [url] = (await once(child, 'message')) as [string];
    return {
      orchestrators: 3,
      slowness: 5,
      url,
      unheardMs: 0,
      open: () => openPostgres({ url }),
      stop: () => child.kill('SIGKILL'),
    };
  },

  async postgres() {
    const cluster = await DebianPostgres.start();
    const url = await cluster.newDatabase();
    return {
      orchestrators: 3,
      slowness: 1,
      url,
      unheardMs: 20_000,
      open: () => openPostgres({ url }),
      crash: () => cluster.crash(),
      stop: () => cluster.stop(),
    };
  },
};

const hasPostgres = (): boolean => globSync('/usr/lib/postgresql/*/bin').length > 0;

/** What `--database` names; `all` is SQLite and the most real Postgres that is here. */
export function databasesNamed(name: string): DatabaseName[] {
  if (name === 'all') return ['sqlite', hasPostgres() ? 'postgres' : 'pglite'];
  const known = Object.keys(databases) as DatabaseName[];
  const found = known.filter((each) => each === name);
  if (found.length > 0) return found;
  throw new Error(`--database: expected all, ${known.join(' or ')}, not ${name}`);
}
