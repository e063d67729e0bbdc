import type { Migration } from 'kysely';

/**
 * Runs wait in a queue by priority, know what caused them, and steps hold slots of pools instead
 * of one lease.
 */
export const admission: Migration = {
  async up(db) {
    await db.schema
      .alterTable('runs')
      .addColumn('priority', 'integer', (c) => c.notNull().defaultTo(50))
      .execute();
    await db.schema.alterTable('runs').addColumn('cause', 'text').execute();
    // SQLite adds no unique column to a table that exists, but an index it does.
    await db.schema.createIndex('runs_by_cause').on('runs').column('cause').unique().execute();
    await db.schema
      .createIndex('runs_by_priority')
      .on('runs')
      .columns(['state', 'priority desc', 'run_id'])
      .execute();

    await db.schema
      .createTable('pool_slots')
      .addColumn('pool', 'text', (c) => c.notNull())
      .addColumn('slot', 'integer', (c) => c.notNull())
      .addColumn('command_id', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('pool_slots_key', ['pool', 'slot'])
      .execute();
    await db.schema
      .createIndex('pool_slots_by_command')
      .on('pool_slots')
      .column('command_id')
      .execute();
    await db
      .insertInto('pool_slots')
      .columns(['pool', 'slot', 'command_id'])
      .expression((eb) =>
        eb
          .selectFrom('in_flight')
          .select(['lease', eb.lit(0).as('slot'), 'command_id'])
          .where('lease', 'is not', null),
      )
      .execute();
    await db.schema
      .createTable('in_flight_2')
      .addColumn('command_id', 'text', (c) => c.primaryKey())
      .addColumn('run_id', 'text', (c) => c.notNull().references('runs.run_id'))
      .addColumn('step', 'text', (c) => c.notNull())
      .addColumn('attempt', 'integer', (c) => c.notNull())
      .addColumn('dispatched_at', 'text', (c) => c.notNull())
      .execute();
    await db
      .insertInto('in_flight_2')
      .columns(['command_id', 'run_id', 'step', 'attempt', 'dispatched_at'])
      .expression((eb) =>
        eb
          .selectFrom('in_flight')
          .select(['command_id', 'run_id', 'step', 'attempt', 'dispatched_at']),
      )
      .execute();
    await db.schema.dropTable('in_flight').execute();
    await db.schema.alterTable('in_flight_2').renameTo('in_flight').execute();

    await db.schema
      .createTable('pool_waits')
      .addColumn('pool', 'text', (c) => c.notNull())
      .addColumn('run_id', 'text', (c) => c.notNull().references('runs.run_id'))
      .addColumn('priority', 'integer', (c) => c.notNull())
      .addPrimaryKeyConstraint('pool_waits_key', ['pool', 'run_id'])
      .execute();

    await db.schema
      .createTable('step_cache')
      .addColumn('key', 'text', (c) => c.primaryKey())
      .addColumn('run_id', 'text', (c) => c.notNull())
      .addColumn('step', 'text', (c) => c.notNull())
      .addColumn('attempt', 'integer', (c) => c.notNull())
      .addColumn('result', 'text', (c) => c.notNull())
      .addColumn('duration_ms', 'integer', (c) => c.notNull())
      .addColumn('at', 'text', (c) => c.notNull())
      .execute();
  },
};
