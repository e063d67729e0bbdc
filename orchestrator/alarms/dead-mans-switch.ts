import type { CancelTimer, Clock } from '@triad/shared/clock/clock.ts';
import type { Logger } from '@triad/shared/log/logger.ts';
import { withTimeLimit } from './with-time-limit.ts';

export interface DeadMansSwitchOptions {
  /** Asked for as long as all is well. May be a secret: it is never logged. */
  url: string;
  seconds: number;
  /** Each answers why something is not well; `undefined` when it is. */
  checks: (() => Promise<string | undefined>)[];
  fetch: typeof fetch;
  clock: Clock;
  log: Logger;
}

const LIMIT_MS = 10_000;

/**
 * Tells an outside service that all is well, and falls silent when it is not: whoever listens
 * there notices when all of Triad, its alarms included, is gone.
 */
export class DeadMansSwitch {
  readonly #options: DeadMansSwitchOptions;
  #cancelTimer: CancelTimer = () => {};
  #ping: Promise<void> = Promise.resolve();
  #running = false;

  constructor(options: DeadMansSwitchOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = true;
    this.#next();
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.#cancelTimer();
    await this.#ping;
  }

  #next(): void {
    if (!this.#running) return;
    this.#cancelTimer = this.#options.clock.setTimer(1000 * this.#options.seconds, () => {
      this.#ping = this.ping().finally(() => this.#next());
    });
  }

  /** Asks for the URL when all is well. Never throws. */
  async ping(): Promise<void> {
    const { url, checks, clock, log } = this.#options;
    for (const check of checks) {
      const reason = await check().catch((error: unknown) => String(error));
      if (reason === undefined) continue;
      log.error({ reason }, "the dead man's switch is not held");
      return;
    }
    // An alert of the cloud may wait for this line, in place of the URL.
    log.info({}, "the dead man's switch is held");
    try {
      const response = await withTimeLimit(clock, LIMIT_MS, (signal) =>
        this.#options.fetch(url, { signal }),
      );
      await response.body?.cancel();
      if (!response.ok) {
        log.warn({ status: response.status }, "the dead man's switch was not accepted");
      }
    } catch {
      log.warn({}, "the dead man's switch cannot be reached");
    }
  }
}

/** A check that something happened within the last `limitSeconds`. */
export const isRecent =
  (clock: Clock, what: string, limitSeconds: number, last: () => Date | null) =>
  async (): Promise<string | undefined> => {
    const at = last();
    if (at && clock.now().getTime() - at.getTime() <= 1000 * limitSeconds) return undefined;
    return `${what} did not succeed within ${limitSeconds} s`;
  };
