import { type Kysely, type Migration, sql } from 'kysely';

/** API tokens, the audit log, and run lists that are answered from an index alone. */
export const access: Migration = {
  async up(db) {
    await db.schema
      .createTable('api_tokens')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('role', 'text', (c) => c.notNull())
      .addColumn('hash', 'text', (c) => c.notNull())
      .addColumn('created_at', 'text', (c) => c.notNull())
      .addColumn('created_by', 'text', (c) => c.notNull())
      .addColumn('expires_at', 'text')
      .addColumn('revoked_at', 'text')
      .addColumn('last_used_at', 'text')
      .execute();

    await db.schema
      .createTable('audit_log')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('at', 'text', (c) => c.notNull())
      .addColumn('actor', 'text', (c) => c.notNull())
      .addColumn('action', 'text', (c) => c.notNull())
      .addColumn('target', 'text', (c) => c.notNull())
      .addColumn('outcome', 'text', (c) => c.notNull())
      .addColumn('details', 'text', (c) => c.notNull())
      .execute();
    await db.schema
      .createIndex('audit_log_by_actor')
      .on('audit_log')
      .columns(['actor', 'id'])
      .execute();

    await db.schema.alterTable('runs').addColumn('error_code', 'text').execute();
    await fillErrorCodes(db);
    // A run's plan makes its row large: a search that reads rows reads the whole table.
    await db.schema.dropIndex('runs_by_state').execute();
    await db.schema.dropIndex('runs_by_pipeline').execute();
    const rest = ['trigger', 'run_date', 'created_at', 'error_code'];
    await createRunIndex(db, 'runs_by_state', ['state', 'run_id', 'pipeline', ...rest]);
    await createRunIndex(db, 'runs_by_pipeline', ['pipeline', 'run_id', 'state', ...rest]);
    await createRunIndex(db, 'runs_by_age', ['run_id', 'pipeline', 'state', ...rest]);
  },
};

async function createRunIndex(db: Kysely<unknown>, name: string, columns: string[]) {
  await sql`create index ${sql.ref(name)} on runs (${sql.join(columns.map((c) => sql.ref(c)))})`.execute(
    db,
  );
}

/** The code was only inside the JSON text, which each database takes apart in its own way. */
async function fillErrorCodes(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ run_id: string; error: string }>`
    select run_id, error from runs where error is not null
  `.execute(db);
  for (const { run_id, error } of rows) {
    const { code } = JSON.parse(error) as { code: string };
    await sql`update runs set error_code = ${code} where run_id = ${run_id}`.execute(db);
  }
}
