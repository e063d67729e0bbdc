import type { Kysely } from 'kysely';
import type { Database } from './database.ts';

/**
 * Frees what an earlier process had taken: messages on their way and leases. Only for the sole
 * owner of a database, which knows that nobody else is at work; others wait until it expires.
 */
export async function releaseTaken(db: Kysely<Database>, now: Date): Promise<void> {
  const at = now.toISOString();
  await db.updateTable('outbox').set({ taken_until: null }).execute();
  await db
    .updateTable('deliveries')
    .set({ due_at: at, taken_at: null })
    .where('taken_at', 'is not', null)
    .execute();
  await db.updateTable('leases').set({ expires_at: at }).where('expires_at', '>', at).execute();
}
