import type { Clock } from '../../clock/clock.ts';

export interface SingleUseTokensOptions {
  clock: Clock;
  /** How many are remembered at a time. */
  capacity: number;
}

/** Remembers tokens that are for one use until they would be refused anyway. */
export class SingleUseTokens {
  readonly #options: SingleUseTokensOptions;
  /** By id, until when it must be remembered, in milliseconds. */
  readonly #used = new Map<string, number>();

  constructor(options: SingleUseTokensOptions) {
    this.#options = options;
  }

  /**
   * Takes a token that holds until `until`, in milliseconds. `full` when another cannot be
   * remembered: to forget one that still holds would let it be used again.
   */
  use(id: string, until: number): 'first' | 'again' | 'full' {
    const { clock, capacity } = this.#options;
    const now = clock.now().getTime();
    if ((this.#used.get(id) ?? Number.NEGATIVE_INFINITY) > now) return 'again';
    if (this.#used.size >= capacity) this.#forgetExpired(now);
    if (this.#used.size >= capacity) return 'full';
    this.#used.set(id, until);
    return 'first';
  }

  #forgetExpired(now: number): void {
    for (const [id, until] of this.#used) if (until <= now) this.#used.delete(id);
  }
}
