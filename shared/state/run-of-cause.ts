import type { Kysely } from 'kysely';
import type { Database } from './database.ts';

/** The id of the run that answers a cause. */
export async function runOfCause(db: Kysely<Database>, cause: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('runs')
    .select('run_id')
    .where('cause', '=', cause)
    .executeTakeFirst();
  return row?.run_id;
}
