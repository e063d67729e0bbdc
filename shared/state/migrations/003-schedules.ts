import { type Migration, sql } from 'kysely';

/** Ticks know their occurrence, interval and end; schedules, pauses and backfills are remembered. */
export const schedules: Migration = {
  async up(db) {
    await db.schema
      .createTable('ticks_2')
      .addColumn('pipeline', 'text', (c) => c.notNull())
      .addColumn('occurrence', 'text', (c) => c.notNull())
      .addColumn('interval_start', 'text', (c) => c.notNull())
      .addColumn('due_at', 'text', (c) => c.notNull())
      .addColumn('run_date', 'text', (c) => c.notNull())
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('reason', 'text')
      .addColumn('run_id', 'text')
      .addPrimaryKeyConstraint('ticks_2_key', ['pipeline', 'occurrence'])
      .execute();
    // Earlier builds had no jitter: a tick was due at its occurrence.
    await sql`
      insert into ticks_2
      select pipeline, due_at, due_at, due_at, run_date,
        case when run_id is null then 'expected' else 'fired' end, null, run_id
      from ticks`.execute(db);
    await db.schema
      .createTable('schedules')
      .addColumn('pipeline', 'text', (c) => c.primaryKey())
      .addColumn('fingerprint', 'text', (c) => c.notNull())
      .addColumn('through', 'text', (c) => c.notNull())
      .execute();
    // An unknown fingerprint: the first scheduler brings the ticks in line with the definition.
    await sql`
      insert into schedules select pipeline, 'unknown', max(due_at) from ticks group by pipeline
    `.execute(db);
    await db.schema.dropTable('ticks').execute();
    await db.schema.alterTable('ticks_2').renameTo('ticks').execute();
    await db.schema.createIndex('ticks_by_due').on('ticks').columns(['state', 'due_at']).execute();

    await db.schema
      .createTable('pauses')
      .addColumn('pipeline', 'text', (c) => c.primaryKey())
      .addColumn('at', 'text', (c) => c.notNull())
      .addColumn('by', 'text', (c) => c.notNull())
      .addColumn('reason', 'text', (c) => c.notNull())
      .execute();

    await db.schema
      .createTable('backfills')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('pipeline', 'text', (c) => c.notNull())
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('request', 'text', (c) => c.notNull())
      .addColumn('created_at', 'text', (c) => c.notNull())
      .addColumn('finished_at', 'text')
      .execute();
    await db.schema.createIndex('backfills_by_state').on('backfills').column('state').execute();
    await db.schema
      .createTable('backfill_items')
      .addColumn('cause', 'text', (c) => c.primaryKey())
      .addColumn('backfill', 'text', (c) => c.notNull().references('backfills.id'))
      .addColumn('seq', 'integer', (c) => c.notNull())
      .addColumn('run_date', 'text', (c) => c.notNull())
      .addColumn('interval_start', 'text')
      .addColumn('interval_end', 'text')
      .addColumn('error', 'text')
      .execute();
    await db.schema
      .createIndex('backfill_items_by_seq')
      .on('backfill_items')
      .columns(['backfill', 'seq'])
      .unique()
      .execute();
    await db.schema
      .createIndex('runs_by_run_date')
      .on('runs')
      .columns(['pipeline', 'run_date'])
      .execute();
  },
};
