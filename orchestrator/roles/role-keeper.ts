import type { Clock } from '@triad/shared/clock/clock.ts';
import type { Lease, LeaseStore } from '@triad/shared/state/lease-store.ts';

export interface RoleKeeperOptions {
  leases: LeaseStore;
  clock: Clock;
  /** What the role is called, such as `retention`. */
  role: string;
  /** Unique among processes. */
  holder: string;
  /** A process that stops renewing loses the role after this long, in milliseconds. */
  leaseMs: number;
}

/**
 * Lets one of several orchestrators do a kind of work at a time. When that one dies, the first that
 * asks after its lease has expired takes over.
 */
export class RoleKeeper {
  readonly #options: RoleKeeperOptions;
  #lease: Lease | undefined;

  constructor(options: RoleKeeperOptions) {
    this.#options = options;
  }

  /**
   * Does `work` if this process has the role or can get it. It is given `renew`, to be asked before
   * each effect: the role can be lost in the middle, as when the process was paused.
   *
   * @returns whether the work was begun
   */
  async perform(work: (renew: () => Promise<boolean>) => Promise<void>): Promise<boolean> {
    if (!(await this.#hold())) return false;
    await work(() => this.#renew());
    return true;
  }

  /** Lets another process have the role at once. */
  async release(): Promise<void> {
    const { leases, clock } = this.#options;
    const lease = this.#lease;
    this.#lease = undefined;
    if (lease) await leases.release(lease, clock.now());
  }

  async #hold(): Promise<boolean> {
    if (await this.#renew()) return true;
    const { leases, role, holder, clock } = this.#options;
    const now = clock.now();
    this.#lease = await leases.acquire(role, holder, now, this.#endOf(now));
    return this.#lease !== undefined;
  }

  /** Not before half of the lease is over: most asks cost nothing. */
  async #renew(): Promise<boolean> {
    const { leases, clock, leaseMs } = this.#options;
    if (!this.#lease) return false;
    const now = clock.now();
    const leftMs = this.#lease.expiresAt.getTime() - now.getTime();
    if (leftMs > leaseMs / 2) return true;
    this.#lease = await leases.renew(this.#lease, now, this.#endOf(now));
    return this.#lease !== undefined;
  }

  #endOf(now: Date): Date {
    return new Date(now.getTime() + this.#options.leaseMs);
  }
}
