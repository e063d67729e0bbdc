import type { Migration } from 'kysely';

/** What several orchestrators on one database need so as not to do the same work twice. */
export const leases: Migration = {
  async up(db) {
    await db.schema
      .createTable('leases')
      .addColumn('name', 'text', (c) => c.primaryKey())
      .addColumn('holder', 'text', (c) => c.notNull())
      .addColumn('token', 'integer', (c) => c.notNull())
      .addColumn('expires_at', 'text', (c) => c.notNull())
      .execute();
    await db.schema
      .createTable('revisions')
      .addColumn('name', 'text', (c) => c.primaryKey())
      .addColumn('revision', 'integer', (c) => c.notNull())
      .execute();
    await db.insertInto('revisions').values({ name: 'admission', revision: 0 }).execute();
    await db.schema.alterTable('outbox').addColumn('taken_until', 'text').execute();
    await db.schema.alterTable('deliveries').addColumn('taken_at', 'text').execute();
    // What stays of a pruned run until its files are gone too.
    await db.schema
      .createTable('pruned_runs')
      .addColumn('run_id', 'text', (c) => c.primaryKey())
      .execute();
    await db.schema
      .createIndex('runs_by_finished_at')
      .on('runs')
      .columns(['finished_at', 'run_id'])
      .execute();
  },
};
