import type { CancelTimer, Clock } from '@triad/shared/clock/clock.ts';
import { TriadError, toTriadError } from '@triad/shared/errors/triad-error.ts';
import type { Logger } from '@triad/shared/log/logger.ts';
import { type BackoffPolicy, backoff } from '@triad/shared/messenger/backoff.ts';
import type { AlarmDelivery, AlarmStore } from '@triad/shared/state/alarm-store.ts';
import type { AlarmChannel } from './channels/alarm-channel.ts';
import { withTimeLimit } from './with-time-limit.ts';

export interface DispatcherOptions {
  alarms: AlarmStore;
  channels: ReadonlyMap<string, AlarmChannel>;
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  log: Logger;
  /** After this many attempts a notice is given up. */
  maxAttempts: number;
}

/** A channel that has not answered by then counts as failed. */
export const SEND_LIMIT_MS = 10_000;
/** Longer than an attempt takes: whose claim is this old is dead. */
const CLAIM_MS = SEND_LIMIT_MS + 5000;
/** Twenty attempts take two hours. */
const delays: BackoffPolicy = { initialMs: 1000, maxMs: 600_000 };
/** Notices under way at a time, for each channel. */
const LANE = 4;
const PAUSE_MS = 1000;

/**
 * Brings notices to their channels: at least once, each channel by itself, again with backoff when
 * it fails. Several may dispatch from one state: a notice is claimed before it is sent.
 */
export class AlarmDispatcher {
  readonly #options: DispatcherOptions;
  readonly #underWay = new Map<string, { channel: string; done: Promise<void> }>();
  readonly #stopping = new AbortController();
  #cancelTimer: CancelTimer = () => {};
  #pumping: Promise<void> | undefined;
  #pumpAgain = false;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** There may be something to deliver. One pump at a time; a wake during it looks once more. */
  wake(): void {
    if (this.#stopping.signal.aborted) return;
    if (this.#pumping) {
      this.#pumpAgain = true;
      return;
    }
    this.#cancelTimer();
    this.#pumping = this.#pump()
      .catch((error: unknown) => {
        this.#options.log.error({ err: error }, 'notices of alarms cannot be read');
        this.#wakeIn(PAUSE_MS);
      })
      .finally(() => {
        this.#pumping = undefined;
        if (!this.#pumpAgain) return;
        this.#pumpAgain = false;
        this.wake();
      });
  }

  /** What is under way is broken off, and due again once its claim is over. */
  async stop(): Promise<void> {
    this.#stopping.abort('the orchestrator stops');
    this.#cancelTimer();
    await this.#pumping;
    await Promise.all([...this.#underWay.values()].map(({ done }) => done));
  }

  #wakeIn(delayMs: number): void {
    if (this.#stopping.signal.aborted) return;
    this.#cancelTimer();
    this.#cancelTimer = this.#options.clock.setTimer(delayMs, () => this.wake());
  }

  async #pump(): Promise<void> {
    const { alarms, clock } = this.#options;
    const now = clock.now();
    for (const channel of await alarms.pendingChannels()) {
      // Those that are about to be claimed are still due: look past them.
      for (const delivery of await alarms.dueDeliveries(channel, now, 2 * LANE)) {
        if (this.#stopping.signal.aborted || this.#isBusy(channel)) break;
        if (!this.#underWay.has(delivery.id)) this.#begin(delivery);
      }
    }
    const next = await alarms.nextDelivery(now);
    if (next) this.#wakeIn(Math.max(0, next.getTime() - clock.now().getTime()));
  }

  #isBusy(channel: string): boolean {
    const own = [...this.#underWay.values()].filter((other) => other.channel === channel);
    return own.length >= LANE;
  }

  #begin(delivery: AlarmDelivery): void {
    const done = this.#deliver(delivery).finally(() => {
      this.#underWay.delete(delivery.id);
      this.wake();
    });
    this.#underWay.set(delivery.id, { channel: delivery.channel, done });
  }

  async #deliver(delivery: AlarmDelivery): Promise<void> {
    const { alarms, clock, log } = this.#options;
    try {
      const claim = new Date(clock.now().getTime() + CLAIM_MS);
      if (!(await alarms.claimDelivery(delivery, claim))) return;
      await this.#attempt(delivery);
    } catch (error) {
      log.error({ err: error, delivery: delivery.id }, 'a notice could not be recorded');
      // Otherwise a store that is full would be asked without end.
      await new Promise<void>((resolve) => {
        clock.setTimer(PAUSE_MS, resolve);
        this.#stopping.signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  async #attempt({ id, channel: name, notice, attempts }: AlarmDelivery): Promise<void> {
    const { alarms, channels, clock } = this.#options;
    const channel = channels.get(name);
    if (!channel) {
      const error = new TriadError('NOT_FOUND', { what: 'alarm channel', name });
      return alarms.endAttempt(id, { state: 'given_up', at: clock.now(), error: error.report() });
    }
    try {
      const stop = this.#stopping.signal;
      await withTimeLimit(clock, SEND_LIMIT_MS, (s) => channel.send(notice, s), stop);
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      return this.#retryOrGiveUp(id, name, attempts + 1, toTriadError(error));
    }
    await alarms.endAttempt(id, { state: 'delivered', at: clock.now() });
  }

  async #retryOrGiveUp(
    id: string,
    channel: string,
    attempts: number,
    failure: TriadError,
  ): Promise<void> {
    const { alarms, clock, random, log, maxAttempts } = this.#options;
    const error = failure.report();
    const isLast = attempts >= maxAttempts;
    const { code, message } = error;
    if (isLast) log.error({ channel, attempts, code, reason: message }, 'a notice is given up');
    else log.warn({ channel, attempts, code, reason: message }, 'a notice was not delivered');
    const at = clock.now();
    if (isLast) return alarms.endAttempt(id, { state: 'given_up', at, error });
    const dueAt = new Date(at.getTime() + backoff(attempts, delays, random));
    return alarms.endAttempt(id, { state: 'pending', dueAt, error });
  }
}
