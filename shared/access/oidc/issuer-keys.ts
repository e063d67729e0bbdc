import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '../../clock/clock.ts';
import { TriadError } from '../../errors/triad-error.ts';
import type { Logger } from '../../log/logger.ts';

export interface IssuerKeysOptions {
  /** Where the issuer publishes its keys, as a JSON Web Key Set. */
  url: string;
  clock: Clock;
  log: Logger;
}

/** Keys are read again after this long. */
const FRESH_MS = 600_000;
/** While the issuer cannot be asked, keys are believed for this long. */
const BELIEVED_MS = 24 * 3_600_000;
/** A key that is not known makes the keys be read again this often at most: anybody can name one. */
const COOLDOWN_MS = 30_000;
/** After a failure nobody asks the issuer for this long. */
const RETRY_MS = 1000;
/** How long the issuer may take to answer. */
const LIMIT_MS = 5000;

/**
 * The public keys of an issuer, which changes them every few days. They are read with the first
 * token, every ten minutes, and when a token names a key that is not known; keys that were read go
 * on to work for a day while the issuer does not answer.
 */
export class IssuerKeys {
  readonly #options: IssuerKeysOptions;
  /** Reads and picks keys; when to read is decided here, by the injected clock. */
  readonly #set: ReturnType<typeof createRemoteJWKSet>;
  #readAt: number | undefined;
  #triedAt: number | undefined;
  #failed = false;
  #reading: Promise<void> | undefined;

  constructor(options: IssuerKeysOptions) {
    this.#options = options;
    this.#set = createRemoteJWKSet(new URL(options.url), {
      timeoutDuration: LIMIT_MS,
      cacheMaxAge: Number.POSITIVE_INFINITY,
      cooldownDuration: Number.POSITIVE_INFINITY,
    });
  }

  /** The key that a token's header names. Errors: `TOKEN_KEYS_UNAVAILABLE`, and those of `jose`. */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    await this.#keepFresh();
    try {
      return await this.#set(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      if (!this.#reading && this.#triedWithin(COOLDOWN_MS)) {
        throw this.#failed ? unavailable(error) : error;
      }
      await this.#read();
      return this.#set(header, token);
    }
  };

  async #keepFresh(): Promise<void> {
    if (this.#readAt !== undefined && this.#isWithin(this.#readAt, FRESH_MS)) return;
    try {
      if (this.#failed && !this.#reading && this.#triedWithin(RETRY_MS)) throw unavailable();
      await this.#read();
    } catch (error) {
      const isBelieved = this.#readAt !== undefined && this.#isWithin(this.#readAt, BELIEVED_MS);
      if (!isBelieved) throw error;
    }
  }

  /** Those who ask at the same time share one request. */
  #read(): Promise<void> {
    this.#reading ??= this.#reload().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #reload(): Promise<void> {
    this.#triedAt = this.#now();
    try {
      await this.#set.reload();
      this.#readAt = this.#now();
      this.#failed = false;
    } catch (error) {
      this.#failed = true;
      const { log, url } = this.#options;
      log.warn({ err: error, url }, 'The keys of the issuer of tokens cannot be read');
      throw unavailable(error);
    }
  }

  #triedWithin(ms: number): boolean {
    return this.#triedAt !== undefined && this.#isWithin(this.#triedAt, ms);
  }

  /** A clock that was set back says nothing: then it is not. */
  #isWithin(since: number, ms: number): boolean {
    const elapsed = this.#now() - since;
    return elapsed >= 0 && elapsed < ms;
  }

  #now(): number {
    return this.#options.clock.now().getTime();
  }
}

const unavailable = (cause?: unknown) =>
  new TriadError('TOKEN_KEYS_UNAVAILABLE', {}, cause === undefined ? {} : { cause });
