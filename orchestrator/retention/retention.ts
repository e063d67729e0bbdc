import type { ArtifactStore } from '@triad/shared/artifacts/artifact-store.ts';
import type { CancelTimer, Clock } from '@triad/shared/clock/clock.ts';
import type { Logger } from '@triad/shared/log/logger.ts';
import type { OldRows, RetentionStore } from '@triad/shared/state/retention-store.ts';
import type { RoleKeeper } from '../roles/role-keeper.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** After the start of a process, so that it first does what is waited for, in milliseconds. */
const FIRST_ROUND_MS = 60_000;

export interface RetentionOptions {
  store: RetentionStore;
  artifacts: ArtifactStore;
  role: RoleKeeper;
  clock: Clock;
  log: Logger;
  /** Finished runs are kept for so many days; for ever when absent. */
  days: number | undefined;
}

export interface Pruned extends OldRows {
  /** Ids, oldest first. */
  runs: string[];
}

/** Forgets what is old and no longer needed, once a day and when it is asked to. */
export class Retention {
  readonly #options: RetentionOptions;
  #cancelTimer: CancelTimer = () => {};
  #round: Promise<void> = Promise.resolve();
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
    const runs: string[] = [];
    for (const runId of await store.expiredRuns(before)) {
      if (this.#stopped || !(await mayGoOn())) break;
      if (await store.removeRun(runId, before)) runs.push(runId);
    }
    await this.#removeFiles(mayGoOn);
    return { runs, ...old };
  }

  async #removeFiles(mayGoOn: () => Promise<boolean>): Promise<void> {
    const { store, artifacts, log } = this.#options;
    for (const runId of await store.removedRuns()) {
      if (this.#stopped || !(await mayGoOn())) return;
      try {
        await artifacts.deletePrefix(`runs/${runId}/`);
        await artifacts.deletePrefix(`commands/${runId}:`);
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
    const { days, clock } = this.#options;
    if (this.#stopped || days === undefined) return;
    this.#cancelTimer = clock.setTimer(delayMs, () => {
      this.#round = this.#pruneDaily(days);
    });
  }

  async #pruneDaily(days: number): Promise<void> {
    const { role, log } = this.#options;
    try {
      await role.perform(async (renew) => {
        const { runs, ...old } = await this.prune(days, renew);
        log.info({ runs: runs.length, ...old }, 'what was old is removed');
      });
    } catch (error) {
      log.error({ err: error }, 'what is old could not be removed; the next round tries again');
    }
    this.#nextRound(DAY_MS);
  }
}

const always = async () => true;
