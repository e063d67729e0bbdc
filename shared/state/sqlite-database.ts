import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { Kysely, type SqliteDatabase, SqliteDialect } from 'kysely';
import { TriadError } from '../errors/triad-error.ts';
import type { Database } from './database.ts';
import { migrate } from './migrations.ts';

/**
 * Opens the state file, creating it when absent, and brings its schema up to date.
 * Errors: `STATE_CORRUPT`, `STATE_NEWER`, `DISK_FULL`.
 */
export async function openSqlite(path: string): Promise<Kysely<Database>> {
  let db: Kysely<Database> | undefined;
  try {
    const file = new DatabaseSync(path);
    // WAL lets readers go on while one writes; FULL keeps what was committed through a power cut.
    file.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON');
    db = new Kysely<Database>({ dialect: new SqliteDialect({ database: adapt(file) }) });
    const [integrity] = file.prepare('PRAGMA quick_check(1)').all();
    if (integrity?.quick_check !== 'ok') throw new Error(String(integrity?.quick_check));
    await migrate(db, path);
    return db;
  } catch (error) {
    await db?.destroy();
    throw toStateError(error, path);
  }
}

/** `node:sqlite` behind the interface that Kysely's own SQLite dialect drives. */
function adapt(file: DatabaseSync): SqliteDatabase {
  return {
    close: () => file.close(),
    prepare(sql) {
      const statement = file.prepare(sql);
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => statement.all(...(parameters as SQLInputValue[])),
        run: (parameters) => statement.run(...(parameters as SQLInputValue[])),
        iterate: (parameters) => statement.iterate(...(parameters as SQLInputValue[])),
      };
    },
  };
}

/** SQLite's primary result codes (sqlite.org/rescode.html). */
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_NOTADB = 26;

/** Turns the failures of SQLite that a user can act on into coded errors. */
export function toStateError(error: unknown, path: string): unknown {
  if (error instanceof TriadError || !(error instanceof Error)) return error;
  const code = 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : 0;
  if (code === SQLITE_FULL) return new TriadError('DISK_FULL', { path }, { cause: error });
  const damaged =
    code === SQLITE_CORRUPT || code === SQLITE_NOTADB || error.message.startsWith('***');
  if (!damaged) return error;
  return new TriadError('STATE_CORRUPT', { path, reason: error.message }, { cause: error });
}
