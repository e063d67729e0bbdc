import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CachedFiles } from '@triad/shared/artifacts/cached-files.ts';
import type { CancelTimer, Clock } from '@triad/shared/clock/clock.ts';
import { pruneJobs, sweepLeftovers } from '@triad/shared/jobs/prune-jobs.ts';
import type { Logger } from '@triad/shared/log/logger.ts';

const DAY_MS = 86_400_000;
/** A copy that was not used for so many days is fetched again, should anybody want it. */
const COPY_DAYS = 7;

export interface HousekeepingOptions {
  /** Each holds a folder per job. */
  jobsDirectories: readonly string[];
  /** Where writers that die leave half a file. */
  temporaryDirectory: string;
  /** Where waiting processes that are no more left their logs. */
  poolDirectory: string;
  /** Holds a folder of local copies per bucket. */
  copiesDirectory: string;
  /** Folders of ended jobs are kept for so many days; when absent for ever, but for `sense` jobs. */
  days: number | undefined;
  clock: Clock;
  log: Logger;
}

/** Keeps the disk of the workload from filling up: at the start, and once a day. */
export class Housekeeping {
  readonly #options: HousekeepingOptions;
  #cancelTimer: CancelTimer = () => {};
  #round: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: HousekeepingOptions) {
    this.#options = options;
  }

  /** Resolves before any process of this invoker waits: a log in the pool is then nobody's. */
  async start(): Promise<void> {
    await this.#attempt(() => sweepLeftovers(this.#options.poolDirectory, this.#daysAgo(1)));
    this.#round = this.#tidy();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer();
    await this.#round;
  }

  async #tidy(): Promise<void> {
    const { jobsDirectories, temporaryDirectory, copiesDirectory, days, clock } = this.#options;
    await this.#attempt(() => sweepLeftovers(temporaryDirectory, this.#daysAgo(1)));
    for (const bucket of await readdir(copiesDirectory).catch(() => [])) {
      const copies = new CachedFiles(join(copiesDirectory, bucket), clock);
      await this.#attempt(() => copies.sweep(this.#daysAgo(COPY_DAYS)));
    }
    for (const directory of jobsDirectories) {
      // Looks of sensors are many; a failed one is looked into on its day, or never.
      await this.#attempt(() => pruneJobs(directory, this.#daysAgo(1), 'sense'));
      if (days === undefined) continue;
      await this.#attempt(() => pruneJobs(directory, this.#daysAgo(days)));
    }
    if (this.#stopped) return;
    this.#cancelTimer = clock.setTimer(DAY_MS, () => {
      this.#round = this.#tidy();
    });
  }

  /** What cannot be removed today is tried again tomorrow. */
  async #attempt(remove: () => Promise<number>): Promise<void> {
    const { log } = this.#options;
    try {
      const removed = await remove();
      if (removed > 0) log.info({ removed }, 'old files are removed');
    } catch (error) {
      log.error({ err: error }, 'old files could not be removed');
    }
  }

  #daysAgo(days: number): Date {
    return new Date(this.#options.clock.now().getTime() - days * DAY_MS);
  }
}
