import type { Kysely } from 'kysely';
import { type AuditEntry, auditEntry, userRole } from '../contracts/access.ts';
import type { AccessStore, AuditFilter, StoredToken } from './access-store.ts';
import type { ApiTokenRecord, AuditRecord, Database } from './database.ts';

/** `AccessStore` on any database that Kysely speaks to. */
export class KyselyAccessStore implements AccessStore {
  readonly #db: Kysely<Database>;

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  async addToken(token: StoredToken): Promise<void> {
    await this.#db.insertInto('api_tokens').values(tokenRecord(token)).execute();
  }

  async getToken(id: string): Promise<StoredToken | undefined> {
    const row = await this.#db
      .selectFrom('api_tokens')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    return row && toToken(row);
  }

  async listTokens(): Promise<StoredToken[]> {
    const rows = await this.#db
      .selectFrom('api_tokens')
      .selectAll()
      .orderBy('id', 'desc')
      .execute();
    return rows.map(toToken);
  }

  async revokeToken(id: string, at: Date): Promise<boolean> {
    await this.#db
      .updateTable('api_tokens')
      .set({ revoked_at: at.toISOString() })
      .where('id', '=', id)
      .where('revoked_at', 'is', null)
      .execute();
    return (await this.getToken(id)) !== undefined;
  }

  async noteUse(id: string, at: Date): Promise<void> {
    await this.#db
      .updateTable('api_tokens')
      .set({ last_used_at: at.toISOString() })
      .where('id', '=', id)
      .execute();
  }

  async addAudit({ details, ...entry }: AuditEntry): Promise<void> {
    const record = { ...entry, details: JSON.stringify(details) };
    await this.#db.insertInto('audit_log').values(record).execute();
  }

  async listAudit({ actor, outcome, before, limit }: AuditFilter): Promise<AuditEntry[]> {
    let query = this.#db.selectFrom('audit_log').selectAll().orderBy('id', 'desc').limit(limit);
    if (actor) query = query.where('actor', '=', actor);
    if (outcome) query = query.where('outcome', '=', outcome);
    if (before) query = query.where('id', '<', before);
    return (await query.execute()).map(toAudit);
  }
}

const tokenRecord = (token: StoredToken): ApiTokenRecord => ({
  id: token.id,
  name: token.name,
  role: token.role,
  hash: token.hash,
  created_at: token.createdAt.toISOString(),
  created_by: token.createdBy,
  expires_at: token.expiresAt?.toISOString() ?? null,
  revoked_at: token.revokedAt?.toISOString() ?? null,
  last_used_at: token.lastUsedAt?.toISOString() ?? null,
});

const toToken = (row: ApiTokenRecord): StoredToken => ({
  id: row.id,
  name: row.name,
  role: userRole.parse(row.role),
  hash: row.hash,
  createdAt: new Date(row.created_at),
  createdBy: row.created_by,
  expiresAt: toDate(row.expires_at),
  revokedAt: toDate(row.revoked_at),
  lastUsedAt: toDate(row.last_used_at),
});

const toDate = (text: string | null): Date | null => (text === null ? null : new Date(text));

const toAudit = ({ details, ...row }: AuditRecord): AuditEntry =>
  auditEntry.parse({ ...row, details: JSON.parse(details) });
