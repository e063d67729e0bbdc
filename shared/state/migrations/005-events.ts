import type { Migration } from 'kysely';

/** Events that start pipelines, the successes that became events, and what sensors saw last. */
export const events: Migration = {
  async up(db) {
    await db.schema
      .createTable('events')
      .addColumn('event_id', 'text', (c) => c.primaryKey())
      .addColumn('source', 'text', (c) => c.notNull())
      .addColumn('id', 'text', (c) => c.notNull())
      .addColumn('type', 'text', (c) => c.notNull())
      .addColumn('event', 'text', (c) => c.notNull())
      .addColumn('received_at', 'text', (c) => c.notNull())
      .addColumn('not_before', 'text')
      .addColumn('attempts', 'integer', (c) => c.notNull())
      .addColumn('processed_at', 'text')
      .addColumn('effects', 'text', (c) => c.notNull())
      .addUniqueConstraint('events_by_source', ['source', 'id'])
      .execute();
    await db.schema
      .createIndex('events_by_progress')
      .on('events')
      .columns(['processed_at', 'event_id'])
      .execute();

    await db.schema
      .createTable('announced_runs')
      .addColumn('run_id', 'text', (c) => c.primaryKey())
      .execute();
    // What succeeded before there were triggers must start nothing now.
    await db
      .insertInto('announced_runs')
      .columns(['run_id'])
      .expression((eb) => eb.selectFrom('runs').select('run_id').where('state', '=', 'succeeded'))
      .execute();
    await db.schema
      .createTable('sensor_cursors')
      .addColumn('pipeline', 'text', (c) => c.notNull())
      .addColumn('sensor', 'text', (c) => c.notNull())
      .addColumn('generation', 'integer', (c) => c.notNull())
      .addColumn('value', 'text')
      .addColumn('previous', 'text')
      .addColumn('summary', 'text', (c) => c.notNull())
      .addColumn('pending', 'integer', (c) => c.notNull())
      .addColumn('run_id', 'text')
      .addColumn('looks', 'integer', (c) => c.notNull())
      .addColumn('checked_at', 'text')
      .addColumn('changed_at', 'text')
      .addColumn('next_look_at', 'text', (c) => c.notNull())
      .addColumn('skips', 'integer', (c) => c.notNull())
      .addColumn('failures', 'integer', (c) => c.notNull())
      .addColumn('error', 'text')
      .addPrimaryKeyConstraint('sensor_cursors_key', ['pipeline', 'sensor'])
      .execute();
  },
};
