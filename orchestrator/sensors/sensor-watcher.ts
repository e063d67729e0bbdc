import { type CancelTimer, sleep } from '@triad/shared/clock/clock.ts';
import { Underway } from '@triad/shared/concurrency/underway.ts';
import type { Pipeline } from '@triad/shared/contracts/pipeline.ts';
import type { LookOutcome, SensorCheck, SensorView } from '@triad/shared/contracts/sensor-view.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { Logger } from '@triad/shared/log/logger.ts';
import type { SensorCursor } from '@triad/shared/state/sensor-store.ts';
import type { TickLedger } from '@triad/shared/state/tick-ledger.ts';
import { pausedPipelines } from '../schedule/paused-pipelines.ts';
import { keyOf, type LookOptions, lookAtSensor, type Watched } from './look-at-sensor.ts';
import { sensorViewOf } from './sensor-view-of.ts';

export interface SensorWatcherOptions extends LookOptions {
  pipelines: ReadonlyMap<string, Pipeline>;
  ledger: Pick<TickLedger, 'pauses'>;
  log: Logger;
  /** Is told of every round, also of one that failed. */
  onRound?: () => void;
}

/** Bounds of the time until it sees again which sensors are due, in milliseconds. */
const SHORTEST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 10_000;
/** How long the answer to a check waits for its look, in milliseconds. */
const PATIENCE_MS = 8_000;

/**
 * Lets every sensor look when its time has come. The times are in the store, so several
 * orchestrators share the looks, and one that starts goes on where another stopped. A look that
 * takes long keeps no other sensor waiting. Those of a paused pipeline do not look; what changed
 * meanwhile, they see when it is resumed.
 */
export class SensorWatcher {
  readonly #options: SensorWatcherOptions;
  readonly #watched: ReadonlyMap<string, Watched>;
  readonly #stopped = new AbortController();
  readonly #underway = new Underway();
  readonly #looking = new Set<string>();
  #cancelTimer: CancelTimer = () => {};

  constructor(options: SensorWatcherOptions) {
    this.#options = options;
    const all = [...options.pipelines.values()].flatMap((pipeline) =>
      pipeline.sensors.map((sensor) => ({ pipeline, sensor })),
    );
    this.#watched = new Map(all.map((watched) => [nameOf(watched), watched]));
  }

  start(): void {
    if (this.#watched.size > 0) this.#schedule(0);
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#cancelTimer();
    await this.#underway.done();
  }

  async list(): Promise<SensorView[]> {
    const cursors = new Map(
      (await this.#options.sensors.list()).map((c) => [`${c.pipeline}/${c.sensor}`, c]),
    );
    const paused = await pausedPipelines(this.#options.ledger);
    return [...this.#watched].map(([name, watched]) =>
      sensorViewOf(watched, cursors.get(name), paused.has(watched.pipeline.name)),
    );
  }

  /**
   * Lets one sensor look now. Errors: `NOT_FOUND`, `PIPELINE_PAUSED` unless forced, `SENSOR_SEES_NOTHING` for a forced look that
   * finds nothing, and what its probe throws.
   */
  async check(pipeline: string, sensor: string, force: boolean): Promise<SensorCheck> {
    const name = `${pipeline}/${sensor}`;
    const watched = this.#watched.get(name);
    if (!watched) throw new TriadError('NOT_FOUND', { what: 'sensor', name });
    const { sensors, clock } = this.#options;
    const paused = await pausedPipelines(this.#options.ledger);
    if (paused.has(pipeline) && !force) throw new TriadError('PIPELINE_PAUSED', { pipeline });
    const cursor = await sensors.expect(keyOf(watched), clock.now());
    const look = this.#look(watched, cursor, force);
    this.#underway.add(look.then(ignore, ignore));
    const patience = new AbortController();
    const tired = sleep(clock, PATIENCE_MS, patience.signal).then((): LookOutcome => 'looking');
    const outcome = await Promise.race([look, tired]).finally(() => patience.abort());
    return {
      outcome,
      sensor: sensorViewOf(
        watched,
        await sensors.expect(keyOf(watched), clock.now()),
        paused.has(pipeline),
      ),
    };
  }

  #schedule(delayMs: number): void {
    if (this.#stopped.signal.aborted) return;
    this.#cancelTimer = this.#options.clock.setTimer(delayMs, () => {
      this.#underway.add(this.#lookAtDue().then((pauseMs) => this.#schedule(pauseMs)));
    });
  }

  /** Begins all looks that are due. @returns how long nothing else is */
  async #lookAtDue(): Promise<number> {
    const { sensors, clock, log } = this.#options;
    let pauseMs = LONGEST_PAUSE_MS;
    const paused = await this.#paused();
    for (const [name, watched] of this.#watched) {
      if (paused?.has(watched.pipeline.name) !== false) continue;
      if (this.#looking.has(name)) {
        pauseMs = Math.min(pauseMs, watched.sensor.everySeconds * 1000);
        continue;
      }
      try {
        const now = clock.now();
        const cursor = await sensors.expect(keyOf(watched), now);
        const waitMs = cursor.nextLookAt.getTime() - now.getTime();
        if (waitMs <= 0) this.#underway.add(this.#lookSafely(name, watched, cursor));
        pauseMs = Math.min(pauseMs, waitMs <= 0 ? watched.sensor.everySeconds * 1000 : waitMs);
      } catch (error) {
        log.error(
          { err: error, sensor: name },
          'a sensor could not look; the next round tries again',
        );
      }
    }
    this.#options.onRound?.();
    return Math.max(pauseMs, SHORTEST_PAUSE_MS);
  }

  /** `undefined` when that is not known: then nothing must look. */
  async #paused(): Promise<ReadonlySet<string> | undefined> {
    try {
      return await pausedPipelines(this.#options.ledger);
    } catch (error) {
      this.#options.log.error({ err: error }, 'no sensor could look; the next round tries again');
      return undefined;
    }
  }

  async #lookSafely(name: string, watched: Watched, cursor: SensorCursor): Promise<void> {
    this.#looking.add(name);
    try {
      await this.#look(watched, cursor, false);
    } catch (error) {
      if (this.#stopped.signal.aborted) return;
      this.#options.log.warn({ err: error, sensor: name }, 'a sensor could not see');
    } finally {
      this.#looking.delete(name);
    }
  }

  async #look(watched: Watched, cursor: SensorCursor, force: boolean): Promise<LookOutcome> {
    const outcome = await lookAtSensor(this.#options, watched, cursor, this.#stopped.signal, force);
    this.#options.log.debug({ sensor: nameOf(watched), outcome }, 'a sensor looked');
    return outcome;
  }
}

const nameOf = ({ pipeline, sensor }: Watched) => `${pipeline.name}/${sensor.name}`;
const ignore = () => {};
