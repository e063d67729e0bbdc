import type { Clock } from '../clock/clock.ts';
import { TriadError } from '../errors/triad-error.ts';

/** Shows that a loop goes round: what has not beaten for `limitSeconds` has stalled. */
export class Heartbeat {
  readonly #loop: string;
  readonly #limitSeconds: number;
  readonly #clock: Clock;
  #last: Date;

  constructor(loop: string, limitSeconds: number, clock: Clock) {
    this.#loop = loop;
    this.#limitSeconds = limitSeconds;
    this.#clock = clock;
    this.#last = clock.now();
  }

  beat(): void {
    this.#last = this.#clock.now();
  }

  /** Errors: `LOOP_STALLED`. */
  async check(): Promise<void> {
    const seconds = Math.round((this.#clock.now().getTime() - this.#last.getTime()) / 1000);
    if (seconds <= this.#limitSeconds) return;
    throw new TriadError('LOOP_STALLED', { loop: this.#loop, seconds });
  }
}
