import {
  type AuditEntry,
  auditList,
  type CreatedToken,
  type CreateTokenRequest,
  createdToken,
  type TokenView,
  tokenList,
  tokenView,
} from '@triad/shared/contracts/access.ts';
import type { z } from 'zod';
import type { ApiClient } from './api-client.ts';

export interface AuditFilter {
  actor?: string;
  outcome?: AuditEntry['outcome'];
  /** Only entries older than this one. */
  before?: string;
  limit: number;
}

/** The part of the API about tokens and the audit log. */
export class AccessApi {
  readonly #client: ApiClient;

  constructor(client: ApiClient) {
    this.#client = client;
  }

  createToken(request: CreateTokenRequest): Promise<CreatedToken> {
    return this.#client.ask(createdToken, { method: 'POST', path: '/v1/tokens', body: request });
  }

  /** Newest first. */
  async tokens(): Promise<TokenView[]> {
    return (await this.#client.ask(tokenList, { path: '/v1/tokens' })).tokens;
  }

  revokeToken(id: string): Promise<TokenView> {
    const path = `/v1/tokens/${encodeURIComponent(id)}:revoke`;
    return this.#client.ask(tokenView, { method: 'POST', path });
  }

  /** Newest first. */
  audit(filter: AuditFilter): Promise<z.output<typeof auditList>> {
    const { limit, ...rest } = filter;
    const query = new URLSearchParams({ ...rest, limit: String(limit) });
    return this.#client.ask(auditList, { path: `/v1/audit?${query}` });
  }
}
