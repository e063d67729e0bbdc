import { errors, jwtVerify } from 'jose';
import { z } from 'zod';
import { TriadError } from '../../errors/triad-error.ts';
import { type Principal, user } from '../principal.ts';
import { IssuerKeys } from './issuer-keys.ts';
import { googleIssuers, googleJwksUrl, type OidcOptions } from './oidc-options.ts';
import { SingleUseTokens } from './single-use-tokens.ts';

/** What is needed beyond what `jose` checks. A token for several audiences could be used by each on the others. */
const neededClaims = z.object({
  aud: z.string(),
  email: z.string().min(1),
  email_verified: z.literal(true),
  exp: z.number(),
  iat: z.number(),
  jti: z.string().min(1).max(256).optional(),
});
type Claims = z.infer<typeof neededClaims>;

/** A token that was issued longer ago is refused, whatever its expiry. */
const maxAgeSeconds = 3600;

/** Why a token is refused that `jose` would take: for the log, never for who sent it. */
class Refusal extends Error {}

/**
 * Tells by an OIDC token who asks: signed with RS256 by a key of the issuer, for this service, by an
 * account that is listed, and neither expired, nor from the future, nor old.
 *
 * Google's tokens hold for an hour and have no id: within that time one can be used again by whoever
 * has it, on this service alone and as that account alone; what repeated requests may do is bounded by
 * the claims of commands and by idempotency keys. A token with an id (`jti`) is taken once by each
 * process.
 */
export class OidcVerifier {
  readonly #options: OidcOptions;
  readonly #keys: IssuerKeys;
  readonly #singleUse: SingleUseTokens;

  constructor(options: OidcOptions) {
    const { clock, log, jwksUrl = googleJwksUrl, rememberedTokens = 10_000 } = options;
    this.#options = options;
    this.#keys = new IssuerKeys({ url: jwksUrl, clock, log });
    this.#singleUse = new SingleUseTokens({ clock, capacity: rememberedTokens });
  }

  /**
   * Errors: `UNAUTHENTICATED`, in the same words whatever is wrong; `TOKEN_KEYS_UNAVAILABLE` and
   * `SERVICE_UNAVAILABLE`, which pass.
   */
  async verify(token: string): Promise<Principal> {
    try {
      const claims = await this.#claimsOf(token);
      const principal = this.#holderOf(claims);
      this.#use(claims);
      return principal;
    } catch (error) {
      if (error instanceof TriadError) throw error;
      this.#note(error);
      throw new TriadError('UNAUTHENTICATED', { reason: 'this one is not accepted.' });
    }
  }

  async #claimsOf(token: string): Promise<Claims> {
    demandCanonical(token);
    const { audiences, clock, issuers = googleIssuers } = this.#options;
    const { payload } = await jwtVerify(token, this.#keys.find, {
      algorithms: ['RS256'],
      typ: 'JWT',
      issuer: [...issuers],
      audience: [...audiences],
      requiredClaims: ['exp', 'iat', 'sub'],
      clockTolerance: this.#skewSeconds,
      maxTokenAge: maxAgeSeconds,
      currentDate: clock.now(),
    });
    const claims = neededClaims.safeParse(payload);
    if (claims.success) return claims.data;
    throw new Refusal(`claim ${String(claims.error.issues[0]?.path[0])} is not as it must be`);
  }

  #holderOf({ email }: Claims): Principal {
    const role = this.#options.accounts.get(email);
    if (role === undefined) throw new Refusal(`the account ${email} is not listed`);
    if (role === 'service') return { id: email, name: email, roles: ['service'] };
    return user(email, email, role);
  }

  /** Comes last: what is refused uses up nothing. */
  #use({ jti, exp, iat }: Claims): void {
    if (jti === undefined) return;
    // A second more, since claims are compared in whole seconds.
    const until = Math.min(exp, iat + maxAgeSeconds) + this.#skewSeconds + 1;
    const use = this.#singleUse.use(jti, until * 1000);
    if (use === 'again') throw new Refusal('it was used before');
    if (use === 'full') {
      const reasons = 'it cannot remember more single-use tokens until some expire';
      throw new TriadError('SERVICE_UNAVAILABLE', { service: 'check of tokens', reasons });
    }
  }

  /** What an issuer signed and is refused all the same is mostly a wrong setting: people should see it. */
  #note(error: unknown): void {
    const { log } = this.#options;
    const reason = reasonOf(error);
    if (isOfIssuer(error)) log.warn({ reason }, 'A token of the issuer was refused');
    else log.debug({ reason }, 'A token was refused');
  }

  get #skewSeconds(): number {
    return this.#options.clockSkewSeconds ?? 60;
  }
}

/** What Cloud Run puts in the place of a signature that it checked itself. */
const removedSignature = 'SIGNATURE_REMOVED_BY_GOOGLE';

/** Base64 can say the same bytes in several ways; only one of them is the token that was issued. */
function demandCanonical(token: string): void {
  const parts = token.split('.');
  if (parts[2] === removedSignature) {
    throw new Refusal(
      'the platform removed its signature: turn its own check off, since tokens are checked here',
    );
  }
  const isCanonical = parts.every(
    (part) => Buffer.from(part, 'base64url').toString('base64url') === part,
  );
  if (!isCanonical) throw new errors.JWSInvalid();
}

const isOfIssuer = (error: unknown): boolean =>
  error instanceof Refusal ||
  error instanceof errors.JWTClaimValidationFailed ||
  error instanceof errors.JWTExpired;

function reasonOf(error: unknown): string {
  if (error instanceof Refusal) return error.message;
  if (error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired) {
    return `claim ${error.claim}: ${error.message}`;
  }
  return error instanceof errors.JOSEError ? error.code : String(error);
}
