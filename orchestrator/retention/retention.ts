import type { ArtifactStore } from '@triad/shared/artifacts/artifact-store.ts';
import type { CancelTimer, Clock } from '@triad/shared/clock/clock.ts';
import type { Logger } from '@triad/shared/log/logger.ts';
import { payloadPrefix } from '@triad/shared/messenger/event-payload.ts';
import type { OldRows, RetentionStore } from '@triad/shared/state/retention-store.ts';
import type { RoleKeeper } from '../roles/role-keeper.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** After the start of a process, so that it first does what is waited for, in milliseconds. */
const FIRST_ROUND_MS = 60_000;
const ROUNDS_PER_DAY = DAY_MS / HOUR_MS;
/** Of each sensor: its looks are many, and tell little once the next one has come. */
const KEPT_LOOKS = 20;

export interface RetentionOptions {
  store: RetentionStore;
  artifacts: ArtifactStore;
  role: RoleKeeper;
  clock: Clock;
  log: Logger;
  /** Finished runs are kept for so many days; when absent for ever, but for looks of sensors. */
  days: number | undefined;
}

export interface Pruned extends OldRows {
  /** Ids, oldest first. */
  runs: string[];
}

/**
 * Forgets what is old and no longer needed, once a day and when it is asked to; and every hour the
 * looks of sensors, but for the newest of each.
 */
export class Retention {
  readonly #options: RetentionOptions;
  #cancelTimer: CancelTimer = () => {};
  #round: Promise<void> = Promise.resolve();
  #rounds = 0;
  #stopped = false;

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  start(): void {
    this.#nextRound(FIRST_ROUND_MS);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer();
    await this.#round;
    await this.#options.role.release();
  }

  /** What `prune` would remove now. */
  async preview(days: number): Promise<Pruned> {
    const { store } = this.#options;
    const runs = await store.expiredRuns(this.#runsBefore(days));
    return { runs, ...(await store.countOld(this.#daysAgo(days))) };
  }

  /**
   * Removes finished runs that are older than `days` days, with their events and artifacts, and the
   * old rows of every kind. Killed at any point, the next round finishes the work.
   */
  async prune(days: number, mayGoOn: () => Promise<boolean> = always): Promise<Pruned> {
    const { store } = this.#options;
    const old = await store.removeOld(this.#daysAgo(days));
    const before = this.#runsBefore(days);
    const runs = await this.#removeRuns(await store.expiredRuns(before), before, mayGoOn);
    return { runs, ...old };
  }

  /** @returns those that it removed */
  async #removeRuns(
    runIds: readonly string[],
    before: Date,
    mayGoOn: () => Promise<boolean>,
  ): Promise<string[]> {
    const removed: string[] = [];
    for (const runId of runIds) {
      if (this.#stopped || !(await mayGoOn())) break;
      if (await this.#options.store.removeRun(runId, before)) removed.push(runId);
    }
    await this.#removeFiles(mayGoOn);
    return removed;
  }

  async #removeFiles(mayGoOn: () => Promise<boolean>): Promise<void> {
    const { store, artifacts, log } = this.#options;
    for (const runId of await store.removedRuns()) {
      if (this.#stopped || !(await mayGoOn())) return;
      try {
        await artifacts.deletePrefix(`runs/${runId}/`);
        await artifacts.deletePrefix(`commands/${runId}:`);
        await artifacts.deletePrefix(payloadPrefix(runId));
        await store.forgetRemoved(runId);
      } catch (error) {
        // One run whose files cannot be removed must not keep the others.
        log.error({ err: error, runId }, 'the files of a removed run could not be removed');
      }
    }
  }

  #daysAgo(days: number): Date {
    return new Date(this.#options.clock.now().getTime() - days * DAY_MS);
  }

  /** An hour after their cache entries: nobody is about to reuse what an entry pointed to. */
  #runsBefore(days: number): Date {
    return new Date(this.#daysAgo(days).getTime() - HOUR_MS);
  }

  #nextRound(delayMs: number): void {
    if (this.#stopped) return;
    this.#cancelTimer = this.#options.clock.setTimer(delayMs, () => {
      this.#round = this.#tidy(this.#rounds % ROUNDS_PER_DAY === 0);
    });
  }

  async #tidy(isDaily: boolean): Promise<void> {
    const { store, role, clock, log, days } = this.#options;
    try {
      await role.perform(async (renew) => {
        await this.#removeRuns(await store.surplusLooks(KEPT_LOOKS), clock.now(), renew);
        if (days === undefined || !isDaily) return;
        const { runs, ...old } = await this.prune(days, renew);
        log.info({ runs: runs.length, ...old }, 'what was old is removed');
      });
      this.#rounds += 1;
    } catch (error) {
      log.error({ err: error }, 'what is old could not be removed; the next round tries again');
    }
    this.#nextRound(HOUR_MS);
  }
}

const always = async () => true;
