import type { Clock } from '../clock/clock.ts';
import { TriadError } from '../errors/triad-error.ts';
import { checkAll, type HealthCheck, type HealthReason, reasonsOf } from './health.ts';

/** Whether a service should be sent requests: all it needs works, and it is not stopping. */
export class Readiness {
  readonly #checks: Readonly<Record<string, HealthCheck>>;
  readonly #clock: Clock;
  #isStopping = false;

  constructor(checks: Readonly<Record<string, HealthCheck>>, clock: Clock) {
    this.#checks = checks;
    this.#clock = clock;
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
    return reasonsOf(await checkAll(this.#checks, this.#clock));
  }
}
