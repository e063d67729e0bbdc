import type { Migration } from 'kysely';

/** Keeps the order of an alarm's notices, which ids of processes with other clocks do not tell. */
export const noticeOrder: Migration = {
  async up(db) {
    await db.schema
      .alterTable('alarm_deliveries')
      .addColumn('place', 'integer', (c) => c.notNull().defaultTo(0))
      .execute();
  },
};
