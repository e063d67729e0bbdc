import {
  Kysely,
  type PostgresCursor,
  PostgresDialect,
  type PostgresPool,
  type PostgresPoolClient,
  type PostgresQueryResult,
} from 'kysely';
import type { Pool, PoolClient } from 'pg';
import type { Database } from './database.ts';
import { migrate } from './migrate.ts';
import { toPostgresError } from './postgres-error.ts';

export interface PostgresOptions {
  /**
   * Such as `postgres://user:password@host:5432/triad`, or by the socket in a folder, as Cloud SQL's
   * are, `postgres://user:password@localhost/triad?host=/cloudsql/project:region:instance`; without
   * a name of the database it is that of `PGDATABASE`. Parameters are those of the driver: in
   * milliseconds, `?query_timeout=` and `idle_in_transaction_session_timeout=` go before the options
   * below.
   */
  url: string;
  /** Connections at a time. @default 10 */
  connections?: number;
  /** How long to wait for a connection, in milliseconds. @default 10000 */
  connectTimeoutMs?: number;
  /**
   * A query that has no answer by then has failed, and its connection is given up, in milliseconds:
   * a network that swallows everything tells nobody. @default 30000
   */
  queryTimeoutMs?: number;
  /**
   * After this long without a word in a transaction the server ends it, in milliseconds, so that
   * whoever is gone or paused keeps nothing locked. @default 15000
   */
  idleTransactionMs?: number;
}

/**
 * Opens the database and brings its schema up to date; of several processes that do so at once one
 * migrates and the others wait for it.
 * Errors, here and in later use: `STATE_UNREACHABLE`, `STATE_ACCESS_DENIED`, `STATE_BUSY`,
 * `STATE_NEWER`, `DISK_FULL`, `STATE_CORRUPT`.
 */
export async function openPostgres(options: PostgresOptions): Promise<Kysely<Database>> {
  const { url, connections = 10, connectTimeoutMs = 10_000 } = options;
  const { queryTimeoutMs = 30_000, idleTransactionMs = 15_000 } = options;
  const { Pool } = await import('pg');
  const where = describeDatabase(url);
  const pool = new Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: queryTimeoutMs,
    idle_in_transaction_session_timeout: idleTransactionMs,
    keepAlive: true,
    application_name: 'triad',
  });
  // An idle connection that breaks is replaced by the pool; without a listener it ends the process.
  pool.on('error', () => {});
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool: coded(pool, where) }) });
  try {
    await migrate(db, where);
    return db;
  } catch (error) {
    await db.destroy();
    throw toPostgresError(error, where);
  }
}

/**
 * The database without its password, for messages: `host:5432/triad`; of one that is reached by a
 * socket, the folder that is in, which in Cloud SQL names the instance: `triad in /cloudsql/p:r:i`.
 */
export function describeDatabase(url: string): string {
  const { host, pathname, searchParams } = new URL(url);
  const where = searchParams.get('host') ?? decodeURIComponent(host);
  if (!where.startsWith('/')) return `${where}${pathname}`;
  // Without a name the driver takes that of PGDATABASE.
  return pathname.length > 1 ? `${pathname.slice(1)} in ${where}` : where;
}

/** The pool, with coded errors. */
const coded = (pool: Pool, where: string): PostgresPool => ({
  connect: () => pool.connect().then((client) => codedClient(client, where), rethrow(where)),
  end: () => pool.end(),
});

function codedClient(client: PoolClient, where: string): PostgresPoolClient {
  let broken = false;
  const onError = () => {
    broken = true;
  };
  // A connection that breaks while it is out of the pool says so here, not to the pool.
  client.on('error', onError);
  /** The answer may still come: whatever is asked next on this connection would wait behind it. */
  const giveUp = () => {
    broken = true;
    void client.end();
  };
  function query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  function query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  function query<R>(asked: string | PostgresCursor<R>, parameters: readonly unknown[] = []) {
    // Kysely streams through a cursor only where its dialect was given one.
    if (typeof asked !== 'string') throw new Error('rows are not streamed from Postgres');
    return client.query(asked, [...parameters]).catch((error: unknown) => {
      if (isTimeout(error)) giveUp();
      return rethrow(where)(error);
    }) as never;
  }
  return {
    query,
    release() {
      client.off('error', onError);
      client.release(broken);
    },
  };
}

const isTimeout = (error: unknown): boolean =>
  error instanceof Error && error.message === 'Query read timeout';

const rethrow =
  (where: string) =>
  (error: unknown): never => {
    throw toPostgresError(error, where);
  };
