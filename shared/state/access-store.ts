import type { AuditEntry, UserRole } from '../contracts/access.ts';

/** An API token as it is kept: its secret part only as a hash. */
export interface StoredToken {
  id: string;
  name: string;
  role: UserRole;
  /** SHA-256 of the whole token, in hex. */
  hash: string;
  createdAt: Date;
  createdBy: string;
  expiresAt: Date | null;
  revokedAt: Date | null;
  lastUsedAt: Date | null;
}

export interface AuditFilter {
  actor?: string;
  outcome?: AuditEntry['outcome'];
  /** Only entries older than this one. */
  before?: string;
  limit: number;
}

/** Who may do what, and who did what. Every method is one transaction. */
export interface AccessStore {
  addToken(token: StoredToken): Promise<void>;
  getToken(id: string): Promise<StoredToken | undefined>;
  /** Newest first. */
  listTokens(): Promise<StoredToken[]>;
  /** The time of the first revocation stays; `false` when there is no such token. */
  revokeToken(id: string, at: Date): Promise<boolean>;
  noteUse(id: string, at: Date): Promise<void>;

  /** Ids sort by time. */
  addAudit(entry: AuditEntry): Promise<void>;
  /** Newest first. */
  listAudit(filter: AuditFilter): Promise<AuditEntry[]>;
}
