import { type Kysely, type Migration, Migrator } from 'kysely';
import { TriadError } from '../errors/triad-error.ts';
import type { Database } from './database.ts';
import { initial } from './migrations/001-initial.ts';
import { admission } from './migrations/002-admission.ts';
import { schedules } from './migrations/003-schedules.ts';
import { alarms } from './migrations/004-alarms.ts';
import { events } from './migrations/005-events.ts';
import { leases } from './migrations/006-leases.ts';
import { access } from './migrations/007-access.ts';
import { resultHistory } from './migrations/008-result-history.ts';
import { noticeOrder } from './migrations/009-notice-order.ts';

/** In order, forward only. A released migration is never edited. */
const migrations: Record<string, Migration> = {
  '001_initial': initial,
  '002_admission': admission,
  '003_schedules': schedules,
  '004_alarms': alarms,
  '005_events': events,
  '006_leases': leases,
  '007_access': access,
  '008_result_history': resultHistory,
  '009_notice_order': noticeOrder,
};

/**
 * Brings the schema up to date. State written by a newer build is `STATE_NEWER`: an older build
 * must not touch it.
 */
export async function migrate(db: Kysely<Database>, where: string): Promise<void> {
  const known = Object.keys(migrations);
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  await refuseNewer(db, known, where);
  const { error } = await migrator.migrateToLatest();
  if (error) throw error;
}

async function refuseNewer(db: Kysely<Database>, known: string[], where: string): Promise<void> {
  const unknown = (await appliedMigrations(db)).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new TriadError('STATE_NEWER', {
    path: where,
    found: unknown,
    known: known.at(-1) ?? 'none',
  });
}

/** The names of the migrations that a database has seen, in order. */
export async function appliedMigrations(db: Kysely<Database>): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some((table) => table.name === 'kysely_migration')) return [];
  const applied = await db
    .withTables<{ kysely_migration: { name: string } }>()
    .selectFrom('kysely_migration')
    .select('name')
    .orderBy('name')
    .execute();
  return applied.map(({ name }) => name);
}
