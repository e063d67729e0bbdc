import { type Kysely, type Migration, Migrator } from 'kysely';
import { TriadError } from '../errors/triad-error.ts';
import type { Database } from './database.ts';
import { initial } from './migrations/001-initial.ts';
import { admission } from './migrations/002-admission.ts';
import { access } from './migrations/007-access.ts';

/** In order, forward only. A released migration is never edited. */
const migrations: Record<string, Migration> = {
  '001_initial': initial,
  '002_admission': admission,
  '007_access': access,
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
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some((table) => table.name === 'kysely_migration')) return;
  const applied = await db
    .withTables<{ kysely_migration: { name: string } }>()
    .selectFrom('kysely_migration')
    .select('name')
    .orderBy('name')
    .execute();
  const unknown = applied.find(({ name }) => !known.includes(name));
  if (unknown) {
    throw new TriadError('STATE_NEWER', {
      path: where,
      found: unknown.name,
      known: known.at(-1) ?? 'none',
    });
  }
}
