import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import {
  type DatabaseConnection,
  Kysely,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
} from 'kysely';
import { TriadError } from '../errors/triad-error.ts';
import type { Database } from './database.ts';
import { migrate } from './migrate.ts';
import { toStateError } from './state-error.ts';

/**
 * Opens the state file, creating it when absent, and brings its schema up to date.
 * Errors, here and in later use: `STATE_CORRUPT`, `STATE_NEWER`, `DISK_FULL`, `HOME_UNUSABLE`.
 */
export async function openSqlite(path: string): Promise<Kysely<Database>> {
  let file: DatabaseSync | undefined;
  try {
    file = new DatabaseSync(path);
    // WAL lets readers go on while one writes; FULL keeps what was committed through a power cut.
    file.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON');
    // The log is copied into the file every 16 MiB in place of 4: each time, everyone waits.
    file.exec('PRAGMA wal_autocheckpoint = 4000');
    checkIntegrity(file, path);
    const db = new Kysely<Database>({ dialect: new NodeSqliteDialect(file, path) });
    await migrate(db, path);
    return db;
  } catch (error) {
    file?.close();
    throw toStateError(error, path);
  }
}

function checkIntegrity(file: DatabaseSync, path: string): void {
  const [finding] = file.prepare('PRAGMA quick_check(1)').all();
  if (finding?.quick_check === 'ok') return;
  throw new TriadError('STATE_CORRUPT', { path, reason: String(finding?.quick_check) });
}

/** Kysely's SQLite dialect on `node:sqlite`. */
class NodeSqliteDialect extends SqliteDialect {
  readonly #file: DatabaseSync;
  readonly #database: SqliteDatabase;

  constructor(file: DatabaseSync, path: string) {
    const database = adapt(file, path);
    super({ database });
    this.#file = file;
    this.#database = database;
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalAdapter();
  }

  override createDriver(): SqliteDriver {
    return new NodeSqliteDriver(this.#file, this.#database);
  }
}

class NodeSqliteDriver extends SqliteDriver {
  readonly #file: DatabaseSync;

  constructor(file: DatabaseSync, database: SqliteDatabase) {
    super({ database });
    this.#file = file;
  }

  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // A full disk ends a transaction by itself; rolling back again would hide the reason.
    if (this.#file.isTransaction) await super.rollbackTransaction(connection);
  }
}

/** Each migration is a transaction: one that is killed leaves no trace. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** Statements that are kept prepared; texts differ by the length of their lists. */
const PREPARED_LIMIT = 500;

/** `node:sqlite` behind the interface that Kysely's own SQLite dialect drives. */
function adapt(file: DatabaseSync, path: string): SqliteDatabase {
  const coded = <T>(act: () => T): T => {
    try {
      return act();
    } catch (error) {
      throw toStateError(error, path);
    }
  };
  const prepared = new Map<string, { statement: StatementSync; reader: boolean }>();
  /** To prepare a statement takes longer than to run most of them. */
  const prepare = (sql: string) => {
    const known = prepared.get(sql);
    if (known) return known;
    const statement = coded(() => file.prepare(sql));
    const fresh = { statement, reader: statement.columns().length > 0 };
    // A setting is made when its statement is prepared: kept, it would be made only once.
    if (/^pragma/i.test(sql)) return fresh;
    if (prepared.size >= PREPARED_LIMIT) prepared.clear();
    prepared.set(sql, fresh);
    return fresh;
  };
  return {
    close: () => file.close(),
    prepare(sql) {
      const { statement, reader } = prepare(sql);
      return {
        reader,
        all: (parameters) => coded(() => statement.all(...(parameters as SQLInputValue[]))),
        run: (parameters) => coded(() => statement.run(...(parameters as SQLInputValue[]))),
        iterate: (parameters) => statement.iterate(...(parameters as SQLInputValue[])),
      };
    },
  };
}
