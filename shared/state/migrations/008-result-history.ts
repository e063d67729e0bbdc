import type { Migration } from 'kysely';

/** Finds the newest succeeded run of a pipeline before a date without reading the others. */
export const resultHistory: Migration = {
  async up(db) {
    await db.schema
      .createIndex('runs_by_date')
      .on('runs')
      .columns(['pipeline', 'state', 'run_date', 'run_id'])
      .execute();
  },
};
