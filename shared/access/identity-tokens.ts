import type { Clock } from '../clock/clock.ts';
import { TriadError } from '../errors/triad-error.ts';
import type { TokenSource } from './token-source.ts';

/**
 * Gets a new OIDC identity token of this process for `audience`.
 *
 * Errors: `IDENTITY_MISSING`, `IDENTITY_UNAVAILABLE`.
 */
export type FetchIdentityToken = (audience: string) => Promise<string>;

export interface IdentityTokensOptions {
  fetchToken: FetchIdentityToken;
  clock: Clock;
}

interface KeptToken {
  text: string;
  /** From then on a new one is asked for, in milliseconds. */
  renewAt: number;
  expiresAt: number;
}

/** A token is renewed this long before it expires, or after half of its life where that is later. */
const RENEW_BEFORE_MS = 300_000;
/** How long a new token may take to come. */
const LIMIT_MS = 10_000;
/** While a token still holds, a new one is asked for this often at most. */
const ASK_AGAIN_MS = 30_000;

/**
 * Identity tokens for calls between services. The audience is the receiver's origin, such as
 * `https://invoker.example`: a receiver that is not the one meant cannot use the token elsewhere.
 * Tokens are kept until shortly before they expire; one that still holds is used while no new one
 * can be had.
 */
export class IdentityTokens implements TokenSource {
  readonly #options: IdentityTokensOptions;
  readonly #kept = new Map<string, KeptToken>();
  readonly #underWay = new Map<string, Promise<string>>();

  constructor(options: IdentityTokensOptions) {
    this.#options = options;
  }

  async tokenFor(url: string): Promise<string> {
    const audience = new URL(url).origin;
    const kept = this.#kept.get(audience);
    if (kept && this.#now() < kept.renewAt) return kept.text;
    try {
      return await this.#renew(audience);
    } catch (error) {
      const now = this.#now();
      if (!kept || now >= kept.expiresAt) throw error;
      kept.renewAt = now + ASK_AGAIN_MS;
      return kept.text;
    }
  }

  /** Those who ask at the same time share one request. */
  #renew(audience: string): Promise<string> {
    const shared = this.#underWay.get(audience);
    if (shared) return shared;
    const renewal = this.#fetch(audience).finally(() => this.#underWay.delete(audience));
    this.#underWay.set(audience, renewal);
    return renewal;
  }

  async #fetch(audience: string): Promise<string> {
    const { fetchToken, clock } = this.#options;
    const late = Promise.withResolvers<never>();
    const cancel = clock.setTimer(LIMIT_MS, () => {
      late.reject(unavailable(audience, `none came within ${LIMIT_MS} ms`));
    });
    try {
      const text = await Promise.race([fetchToken(audience), late.promise]);
      const expiresAt = expiryOf(text);
      if (expiresAt === undefined) throw unavailable(audience, 'what came is no token');
      const now = this.#now();
      const renewAt = Math.max(expiresAt - RENEW_BEFORE_MS, now + (expiresAt - now) / 2);
      this.#kept.set(audience, { text, renewAt, expiresAt });
      return text;
    } finally {
      cancel();
    }
  }

  #now(): number {
    return this.#options.clock.now().getTime();
  }
}

const unavailable = (audience: string, reason: string) =>
  new TriadError('IDENTITY_UNAVAILABLE', { audience, reason });

/** When a token ends by its own claim, in milliseconds; its receiver is who checks it. */
function expiryOf(token: unknown): number | undefined {
  if (typeof token !== 'string') return undefined;
  const [, payload = '', signature] = token.split('.');
  if (signature === undefined) return undefined;
  try {
    const { exp } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    return typeof exp === 'number' ? exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}
