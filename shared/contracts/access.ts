import { z } from 'zod';
import { instant } from './dates.ts';

/** What a person or a program may do: look; run things; also say who may. */
export const userRole = z.enum(['viewer', 'operator', 'admin']);
export type UserRole = z.infer<typeof userRole>;

/** `service` is what only Triad's own services do: deliver and publish messages. */
export type Role = UserRole | 'service';

const tokenName = z
  .string()
  .regex(/^[\w.@-]{1,64}$/, 'expected 1 to 64 letters, digits, ., @, _ or -');

export const createTokenRequest = z.strictObject({
  /** Who or what uses it; shown in the audit log. */
  name: tokenName,
  role: userRole,
  /** Days until it expires; without it, it does not. */
  expiresInDays: z.number().positive().max(3650).optional(),
});
export type CreateTokenRequest = z.infer<typeof createTokenRequest>;

export const tokenView = z.strictObject({
  id: z.string(),
  name: tokenName,
  role: userRole,
  createdAt: instant,
  createdBy: z.string(),
  expiresAt: instant.nullable(),
  revokedAt: instant.nullable(),
  /** To the minute. */
  lastUsedAt: instant.nullable(),
});
export type TokenView = z.infer<typeof tokenView>;

export const tokenList = z.strictObject({ tokens: z.array(tokenView) });

/** The only time that the token itself is shown. */
export const createdToken = tokenView.extend({ token: z.string() });
export type CreatedToken = z.infer<typeof createdToken>;

export const auditEntry = z.strictObject({
  id: z.string(),
  at: instant,
  /** The name of the token that was used; `local` where no login is required. */
  actor: z.string(),
  /** Method and path of the operation, such as `POST /v1/runs/{runId}:cancel`. */
  action: z.string(),
  /** The path that was asked for. */
  target: z.string(),
  outcome: z.enum(['done', 'refused']),
  details: z.record(z.string(), z.json()),
});
export type AuditEntry = z.infer<typeof auditEntry>;

export const auditList = z.strictObject({
  entries: z.array(auditEntry),
  /** Pass as `before` to get the next page; null on the last one. */
  next: z.string().nullable(),
});
