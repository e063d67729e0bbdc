import { type Kysely, PostgresAdapter, sql, type Transaction } from 'kysely';
import { TriadError } from '../errors/triad-error.ts';
import type { Database } from './database.ts';

/**
 * Deadlocks in a row after which there is more to it than bad luck. Each lets another transaction
 * through, so it is more than there are writers that could be met.
 */
const ATTEMPTS = 20;

/** Rolls a transaction back: what it was decided on has changed meanwhile. */
class Superseded extends Error {}

/**
 * One transaction, made again when the database ended it only because of others beside it.
 * `work` must have no effects but those in the transaction.
 */
export async function transact<T>(
  db: Kysely<Database>,
  work: (tx: Transaction<Database>) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.transaction().execute(work);
    } catch (error) {
      const isBusy = error instanceof TriadError && error.code === 'STATE_BUSY';
      if (!isBusy || attempt === ATTEMPTS) throw error;
    }
  }
}

/**
 * One statement that does not wait for the disk: a power cut or a crash of the database's server,
 * though no end of this process, may undo it together with all later ones of this kind. The next transaction of the other kind makes
 * it last, because changes reach the disk in order. For what would then only be done once more,
 * such as the mark that a message was delivered.
 */
export async function executeSoon<T>(
  db: Kysely<Database>,
  statement: (db: Kysely<Database>) => Promise<T>,
): Promise<T> {
  if (locksRows(db)) {
    return transact(db, async (tx) => {
      await sql`set local synchronous_commit = off`.execute(tx);
      return statement(tx);
    });
  }
  // The setting is the connection's: nobody else may have that meanwhile.
  return db.connection().execute(async (connection) => {
    await sql`pragma synchronous = normal`.execute(connection);
    try {
      return await statement(connection);
    } finally {
      await sql`pragma synchronous = full`.execute(connection);
    }
  });
}

/** A transaction that does not wait for the disk, for what `executeSoon` is for. */
export const transactSoon = (
  db: Kysely<Database>,
  work: (tx: Kysely<Database>) => Promise<void>,
): Promise<void> =>
  executeSoon(db, (own) => (own.isTransaction ? work(own) : own.transaction().execute(work)));

/**
 * A transaction that is stored whole or, when one of its requirements does not hold, not at all.
 *
 * @returns whether it was stored
 */
export async function transactIf(
  db: Kysely<Database>,
  work: (tx: Transaction<Database>, require: (holds: boolean) => void) => Promise<void>,
): Promise<boolean> {
  const require = (holds: boolean) => {
    if (!holds) throw new Superseded();
  };
  try {
    await transact(db, (tx) => work(tx, require));
    return true;
  } catch (error) {
    if (error instanceof Superseded) return false;
    throw error;
  }
}

/** Whether rows can be locked, and locked ones passed over; where not, there is one writer. */
export const locksRows = (db: Kysely<Database>): boolean =>
  db.getExecutor().adapter instanceof PostgresAdapter;
