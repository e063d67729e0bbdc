import type { Clock } from '../clock/clock.ts';
import { TriadError } from '../errors/triad-error.ts';
import type { Logger } from '../log/logger.ts';
import { checkAll, type HealthCheck, type HealthReason, reasonsOf } from './health.ts';

/** For how long the result of the checks stands, in milliseconds. */
const KEPT_MS = 3000;

interface Looked {
  reasons: Promise<HealthReason[]>;
  /** Undefined while the checks are under way. */
  endedAt?: Date;
}

/**
 * Whether a service should be sent requests: all it needs works, and it is not stopping. Anybody may
 * ask, as often as they like: whoever asks at one time, or shortly after, shares one round of checks.
 */
export class Readiness {
  readonly #checks: Readonly<Record<string, HealthCheck>>;
  readonly #clock: Clock;
  readonly #log: Logger;
  #looked: Looked | undefined;
  #isStopping = false;

  constructor(checks: Readonly<Record<string, HealthCheck>>, clock: Clock, log: Logger) {
    this.#checks = checks;
    this.#clock = clock;
    this.#log = log;
  }

  /** From now on the service is not ready, whatever works. */
  stopping(): void {
    this.#isStopping = true;
  }

  /** Why it is not ready; nothing when it is. */
  async reasons(): Promise<HealthReason[]> {
    if (this.#isStopping) {
      const { code, message, fix } = new TriadError('SERVICE_STOPPING');
      return [{ port: 'service', code, message, fix }];
    }
    if (!this.#looked || this.#isOld(this.#looked)) this.#looked = this.#look();
    return this.#looked.reasons;
  }

  #isOld({ endedAt }: Looked): boolean {
    if (endedAt === undefined) return false;
    // A clock that was set back must not keep it for ever.
    return Math.abs(this.#clock.now().getTime() - endedAt.getTime()) >= KEPT_MS;
  }

  #look(): Looked {
    const looked: Looked = { reasons: this.#check() };
    void looked.reasons.then(() => {
      looked.endedAt = this.#clock.now();
    });
    return looked;
  }

  /** Who asks without a token is not told the reasons: the log has them. */
  async #check(): Promise<HealthReason[]> {
    const reasons = reasonsOf(await checkAll(this.#checks, this.#clock));
    if (reasons.length > 0) this.#log.warn({ reasons }, 'not ready');
    return reasons;
  }
}
