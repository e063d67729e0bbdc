import {
  auditEntry,
  auditList,
  createdToken,
  createTokenRequest,
  tokenList,
  tokenView,
} from '@triad/shared/contracts/access.ts';
import type { AccessStore } from '@triad/shared/state/access-store.ts';
import { z } from 'zod';
import type { ApiTokens } from '../access/api-tokens.ts';
import { type Route, route } from './route.ts';

export interface AccessRoutesOptions {
  tokens: ApiTokens;
  access: AccessStore;
}

/** Who may do what, and who did what: for admins alone. */
export const accessRoutes = ({ tokens, access }: AccessRoutesOptions): Route[] => [
  route({
    method: 'post',
    path: '/v1/tokens',
    summary: 'Make an API token; the answer is the only place that shows it.',
    role: 'admin',
    body: createTokenRequest,
    status: 201,
    response: createdToken,
    handle: ({ body, principal }) => tokens.create(body, principal.name),
    audit: (_input, result) => {
      const { id, name, role } = tokenView.strip().parse(result);
      return { id, name, role };
    },
  }),
  route({
    method: 'get',
    path: '/v1/tokens',
    summary: 'List API tokens, newest first, without their secrets.',
    role: 'admin',
    status: 200,
    response: tokenList,
    handle: async () => ({ tokens: await tokens.list() }),
  }),
  route({
    method: 'post',
    path: '/v1/tokens/{id}:revoke',
    summary: 'Refuse an API token from now on.',
    role: 'admin',
    params: z.strictObject({ id: z.string() }),
    status: 200,
    response: tokenView,
    handle: ({ params }) => tokens.revoke(params.id),
  }),
  route({
    method: 'get',
    path: '/v1/audit',
    summary: 'List who did what, newest first.',
    role: 'admin',
    query: z.strictObject({
      actor: z.string().optional(),
      outcome: auditEntry.shape.outcome.optional(),
      before: z.string().optional().describe('Only entries older than this one.'),
      limit: z.coerce.number().int().min(1).max(500).default(50),
    }),
    status: 200,
    response: auditList,
    async handle({ query: { actor, outcome, before, limit } }) {
      const found = await access.listAudit({
        ...(actor && { actor }),
        ...(outcome && { outcome }),
        ...(before && { before }),
        limit: limit + 1,
      });
      const entries = found.slice(0, limit);
      return { entries, next: found.length > limit ? (entries.at(-1)?.id ?? null) : null };
    },
  }),
];
