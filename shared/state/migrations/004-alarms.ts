import type { Migration } from 'kysely';

/** Alarms, their notices on the way to channels, silences, and since when pipelines are watched. */
export const alarms: Migration = {
  async up(db) {
    await db.schema
      .createTable('alarms')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('open_key', 'text', (c) => c.unique())
      .addColumn('key', 'text', (c) => c.notNull())
      .addColumn('kind', 'text', (c) => c.notNull())
      .addColumn('pipeline', 'text')
      .addColumn('run_date', 'text')
      .addColumn('run_id', 'text')
      .addColumn('summary', 'text', (c) => c.notNull())
      .addColumn('fix', 'text', (c) => c.notNull())
      .addColumn('since', 'text', (c) => c.notNull())
      .addColumn('raised_at', 'text', (c) => c.notNull())
      .addColumn('resolved_at', 'text')
      .addColumn('resolution', 'text')
      .addColumn('notified_at', 'text')
      .addColumn('acknowledged_at', 'text')
      .addColumn('acknowledged_by', 'text')
      .addColumn('comment', 'text')
      .execute();
    await db.schema
      .createTable('alarm_deliveries')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('alarm_id', 'text', (c) => c.notNull().references('alarms.id'))
      .addColumn('channel', 'text', (c) => c.notNull())
      .addColumn('notice', 'text', (c) => c.notNull())
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('attempts', 'integer', (c) => c.notNull())
      .addColumn('created_at', 'text', (c) => c.notNull())
      .addColumn('due_at', 'text', (c) => c.notNull())
      .addColumn('ended_at', 'text')
      .addColumn('error', 'text')
      .execute();
    await db.schema
      .createIndex('alarm_deliveries_by_due')
      .on('alarm_deliveries')
      .columns(['state', 'channel', 'due_at'])
      .execute();
    await db.schema
      .createIndex('alarm_deliveries_by_alarm')
      .on('alarm_deliveries')
      .columns(['alarm_id', 'id'])
      .execute();
    await db.schema
      .createTable('alarm_silences')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('pipeline', 'text')
      .addColumn('kind', 'text')
      .addColumn('until', 'text', (c) => c.notNull())
      .addColumn('by', 'text', (c) => c.notNull())
      .addColumn('reason', 'text', (c) => c.notNull())
      .addColumn('created_at', 'text', (c) => c.notNull())
      .addColumn('ended_at', 'text')
      .execute();
    await db.schema
      .createTable('alarm_watches')
      .addColumn('pipeline', 'text', (c) => c.primaryKey())
      .addColumn('schedule', 'text')
      .addColumn('since', 'text', (c) => c.notNull())
      .addColumn('checked_until', 'text', (c) => c.notNull())
      .execute();

    // What the watcher asks in every round.
    await db.schema.createIndex('ticks_by_run').on('ticks').column('run_id').execute();
    await db.schema
      .createIndex('runs_by_finish')
      .on('runs')
      .columns(['state', 'finished_at'])
      .execute();
    await db.schema
      .createIndex('runs_by_success')
      .on('runs')
      .columns(['pipeline', 'state', 'finished_at'])
      .execute();
  },
};
