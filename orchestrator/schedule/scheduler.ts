import type { CancelTimer, Clock } from '@triad/shared/clock/clock.ts';
import type { Pipeline } from '@triad/shared/contracts/pipeline.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { Logger } from '@triad/shared/log/logger.ts';
import type { Tick } from '@triad/shared/state/tick-ledger.ts';
import { isScheduled } from './expected-ticks.ts';
import { type EndedTick, type FiringOptions, fireTicks, skipTicks } from './fire-ticks.ts';
import { pausedPipelines } from './paused-pipelines.ts';
import { TickPlanner } from './tick-planner.ts';

export interface SchedulerOptions extends FiringOptions {
  pipelines: ReadonlyMap<string, Pipeline>;
  clock: Clock;
  log: Logger;
}

/** What one round did, and when the next tick is due. */
export interface TickRound {
  ended: EndedTick[];
  nextDueAt: Date | null;
}

/** How often it is looked what other processes did to the ledger, in milliseconds. */
const LOOK_MS = 60_000;
/** The longest that the timer waits, in milliseconds: no timer can wait for months. */
const WAIT_MS = 3_600_000;
/** After how long a tick that could not be fired is tried again, in milliseconds. */
const RETRY_MS = 5_000;

/**
 * Turns schedules into runs. The ledger is written ahead: a tick has its row before it is due, so
 * a tick that no process was there to fire is found by the next one. One timer waits for the
 * earliest of all; several schedulers may work on one ledger.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #planner: TickPlanner;
  #isStarted = false;
  #cancelTimer: CancelTimer = () => {};
  #checkedAt: Date | undefined;
  /** Rounds of this process come one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#planner = new TickPlanner(options.pipelines.values(), options.ledger, options.log);
  }

  /** Ends what is overdue, then each tick when it is due. */
  async start(): Promise<void> {
    this.#isStarted = true;
    await this.tick();
  }

  async stop(): Promise<void> {
    this.#isStarted = false;
    this.#cancelTimer();
    await this.#last;
  }

  /**
   * Ends all due ticks, and writes the ledger on. Cheap when none is due; to be called now and
   * then, since a clock that jumps or a machine that sleeps makes the timer late.
   */
  tick(): Promise<TickRound> {
    return this.#inTurn(async () => {
      const round = await this.#round();
      this.#arm(round);
      return round;
    });
  }

  /**
   * Until `resume`, ticks of the pipeline are skipped, events start nothing and sensors do not look.
   * `false` when it is paused already.
   */
  async pause(name: string, by: string, reason: string): Promise<boolean> {
    const pipeline = this.#startsByItself(name);
    const at = this.#options.clock.now();
    return this.#options.ledger.pause({ pipeline, at, by, reason });
  }

  /** Nothing of the time of the pause is made up for. `false` when the pipeline is not paused. */
  resume(name: string): Promise<boolean> {
    const pipeline = this.#startsByItself(name);
    return this.#inTurn(async () => {
      const now = this.#options.clock.now();
      await this.#look(now);
      return this.#options.ledger.resume(pipeline, now);
    });
  }

  #startsByItself(name: string): string {
    const pipeline = this.#options.pipelines.get(name);
    if (!pipeline) throw new TriadError('NOT_FOUND', { what: 'pipeline', name });
    const { triggers, sensors } = pipeline;
    const isQuiet = triggers.length === 0 && sensors.length === 0;
    if (isQuiet && !isScheduled(pipeline))
      throw new TriadError('PIPELINE_UNSCHEDULED', { pipeline: name });
    return name;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }

  async #round(): Promise<TickRound> {
    const { ledger, clock } = this.#options;
    const now = clock.now();
    // The ticks of a time that was slept through must all be known before one of them is chosen.
    await this.#look(now);
    const due = Map.groupBy(await ledger.due(now), ({ pipeline }) => pipeline);
    const paused = due.size > 0 ? await pausedPipelines(ledger) : new Set<string>();
    const ended: EndedTick[] = [];
    for (const [name, ticks] of due) {
      for await (const end of this.#endTicks(name, ticks, paused.has(name), now)) {
        this.#report(end);
        ended.push(end);
      }
    }
    for (const name of new Set(ended.map(({ tick }) => tick.pipeline))) {
      await this.#planner.extend(name, now);
    }
    return { ended, nextDueAt: (await ledger.nextDue(now)) ?? null };
  }

  /** Ticks of a pipeline that is not known here are those of a newer build. */
  async *#endTicks(
    name: string,
    ticks: Tick[],
    isPaused: boolean,
    now: Date,
  ): AsyncGenerator<EndedTick> {
    const pipeline = this.#options.pipelines.get(name);
    if (!pipeline || !isScheduled(pipeline)) return;
    try {
      if (isPaused) yield* skipTicks(this.#options.ledger, ticks, 'paused');
      else yield* fireTicks(this.#options, pipeline, ticks, now);
    } catch (error) {
      // One pipeline that fails must not keep the others from firing.
      const [tick] = ticks;
      if (tick) yield { state: 'failed', tick, error };
    }
  }

  async #look(now: Date): Promise<void> {
    const sinceMs = this.#checkedAt ? Math.abs(now.getTime() - this.#checkedAt.getTime()) : LOOK_MS;
    if (!this.#checkedAt) await this.#planner.adopt(now);
    else if (sinceMs >= LOOK_MS) await this.#planner.check(now);
    if (sinceMs >= LOOK_MS) this.#checkedAt = now;
    await this.#planner.complete(now);
  }

  #arm({ ended, nextDueAt }: TickRound): void {
    this.#cancelTimer();
    if (!this.#isStarted) return;
    const { clock } = this.#options;
    const most = ended.some(({ state }) => state === 'failed') ? RETRY_MS : WAIT_MS;
    const left = nextDueAt ? nextDueAt.getTime() - clock.now().getTime() : most;
    this.#cancelTimer = clock.setTimer(Math.max(0, Math.min(left, most)), () => this.#onTimer());
  }

  #onTimer(): void {
    this.tick().catch((error: unknown) => {
      this.#options.log.error({ err: error }, 'due ticks could not be read; tried again soon');
      this.#arm({ ended: [], nextDueAt: new Date(this.#options.clock.now().getTime() + RETRY_MS) });
    });
  }

  #report(end: EndedTick): void {
    const { log } = this.#options;
    const { pipeline, occurrence, dueAt, runDate } = end.tick;
    const tick = { pipeline, occurrence, dueAt, runDate };
    if (end.state === 'fired') log.info({ ...tick, runId: end.runId }, 'a schedule fired');
    else if (end.state === 'skipped')
      log.info({ ...tick, reason: end.reason }, 'a tick was skipped');
    else log.error({ ...tick, err: end.error }, 'a tick could not be fired; it is tried again');
  }
}
