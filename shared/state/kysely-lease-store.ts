import { type Kysely, sql } from 'kysely';
import type { Database } from './database.ts';
import type { Lease, LeaseStore } from './lease-store.ts';

/** `LeaseStore` on any database that Kysely speaks to. Every method is one statement. */
export class KyselyLeaseStore implements LeaseStore {
  readonly #db: Kysely<Database>;

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  async acquire(name: string, holder: string, now: Date, until: Date): Promise<Lease | undefined> {
    const expires_at = until.toISOString();
    const row = await this.#db
      .insertInto('leases')
      .values({ name, holder, token: 1, expires_at })
      .onConflict((conflict) =>
        conflict
          .column('name')
          .doUpdateSet({ holder, token: sql`leases.token + 1`, expires_at })
          .where('leases.expires_at', '<=', now.toISOString()),
      )
      .returningAll()
      .executeTakeFirst();
    return row && toLease(row);
  }

  async renew({ name, token }: Lease, now: Date, until: Date): Promise<Lease | undefined> {
    const row = await this.#db
      .updateTable('leases')
      .set({ expires_at: until.toISOString() })
      .where('name', '=', name)
      .where('token', '=', token)
      .where('expires_at', '>', now.toISOString())
      .returningAll()
      .executeTakeFirst();
    return row && toLease(row);
  }

  async release({ name, token }: Lease, now: Date): Promise<void> {
    await this.#db
      .updateTable('leases')
      .set({ expires_at: now.toISOString() })
      .where('name', '=', name)
      .where('token', '=', token)
      .where('expires_at', '>', now.toISOString())
      .execute();
  }

  async find(name: string): Promise<Lease | undefined> {
    const row = await this.#db
      .selectFrom('leases')
      .selectAll()
      .where('name', '=', name)
      .executeTakeFirst();
    return row && toLease(row);
  }
}

const toLease = ({ name, holder, token, expires_at }: Database['leases']): Lease => ({
  name,
  holder,
  token,
  expiresAt: new Date(expires_at),
});
