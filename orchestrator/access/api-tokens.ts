import { createHash } from 'node:crypto';
import { type Principal, user } from '@triad/shared/access/principal.ts';
import { isSameSecret } from '@triad/shared/access/service-token.ts';
import type { Clock } from '@triad/shared/clock/clock.ts';
import type {
  CreatedToken,
  CreateTokenRequest,
  TokenView,
} from '@triad/shared/contracts/access.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { Ids } from '@triad/shared/ids/ids.ts';
import type { AccessStore, StoredToken } from '@triad/shared/state/access-store.ts';

export interface ApiTokensOptions {
  store: AccessStore;
  clock: Clock;
  ids: Ids;
  /** Random bytes that nobody can guess. */
  randomBytes: (count: number) => Buffer;
}

const DAY_MS = 86_400_000;
/** `lastUsedAt` is written at most this often, so that reading does not become writing. */
const USE_NOTED_EVERY_MS = 60_000;

/**
 * Tokens of users: `triad_<id>_<secret>`. The secret is 256 random bits, so a plain SHA-256 of the
 * token can be kept in its place: there is nothing to guess that a slow hash would protect.
 */
export class ApiTokens {
  readonly #options: ApiTokensOptions;

  constructor(options: ApiTokensOptions) {
    this.#options = options;
  }

  /** Makes a token, which is shown this once. */
  async create(request: CreateTokenRequest, createdBy: string): Promise<CreatedToken> {
    const { store, clock, ids, randomBytes } = this.#options;
    const id = ids.next();
    const token = `triad_${id}_${randomBytes(32).toString('base64url')}`;
    const createdAt = clock.now();
    const days = request.expiresInDays;
    const stored: StoredToken = {
      id,
      name: request.name,
      role: request.role,
      hash: hashOf(token),
      createdAt,
      createdBy,
      expiresAt: days === undefined ? null : new Date(createdAt.getTime() + days * DAY_MS),
      revokedAt: null,
      lastUsedAt: null,
    };
    await store.addToken(stored);
    return { ...viewOf(stored), token };
  }

  /** Newest first, the revoked ones too. */
  async list(): Promise<TokenView[]> {
    return (await this.#options.store.listTokens()).map(viewOf);
  }

  /** From now on the token is refused. Errors: `NOT_FOUND`. */
  async revoke(id: string): Promise<TokenView> {
    const { store, clock } = this.#options;
    const isKnown = await store.revokeToken(id, clock.now());
    const token = isKnown ? await store.getToken(id) : undefined;
    if (!token) throw new TriadError('NOT_FOUND', { what: 'token', name: id });
    return viewOf(token);
  }

  /** Whose token this is. Errors: `UNAUTHENTICATED`. */
  async authenticate(text: string): Promise<Principal> {
    const { store, clock } = this.#options;
    const [, id] = /^triad_([0-9a-z]{1,64})_[\w-]{43}$/.exec(text) ?? [];
    const token = id === undefined ? undefined : await store.getToken(id);
    if (!token || !isSameSecret(hashOf(text), token.hash)) throw refused('this one is not known.');
    const now = clock.now();
    if (token.revokedAt) throw refused('this one was revoked.');
    if (token.expiresAt && token.expiresAt <= now) throw refused('this one has expired.');
    const sinceUse = now.getTime() - (token.lastUsedAt?.getTime() ?? Number.NEGATIVE_INFINITY);
    if (sinceUse >= USE_NOTED_EVERY_MS) await store.noteUse(token.id, now);
    return user(token.id, token.name, token.role);
  }
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

const refused = (reason: string) => new TriadError('UNAUTHENTICATED', { reason });

const viewOf = ({ hash: _secret, ...token }: StoredToken): TokenView => ({
  ...token,
  createdAt: token.createdAt.toISOString(),
  expiresAt: token.expiresAt?.toISOString() ?? null,
  revokedAt: token.revokedAt?.toISOString() ?? null,
  lastUsedAt: token.lastUsedAt?.toISOString() ?? null,
});
