import type { CancelTimer, Clock } from '@triad/shared/clock/clock.ts';
import type { EventEffect } from '@triad/shared/contracts/event-view.ts';
import type { Pipeline } from '@triad/shared/contracts/pipeline.ts';
import { TriadError, toTriadError } from '@triad/shared/errors/triad-error.ts';
import type { Ids } from '@triad/shared/ids/ids.ts';
import type { Logger } from '@triad/shared/log/logger.ts';
import type { EventStore, StoredEvent } from '@triad/shared/state/event-store.ts';
import type { StateStore } from '@triad/shared/state/state-store.ts';
import type { TickLedger } from '@triad/shared/state/tick-ledger.ts';
import type { RunStarter } from '../run/run-starter.ts';
import { pausedPipelines } from '../schedule/paused-pipelines.ts';
import { RunAnnouncer } from './announce-runs.ts';
import { answerEvent, matchTrigger } from './answer-event.ts';

export interface EventRouterOptions {
  events: EventStore;
  state: Pick<StateStore, 'getRun'>;
  ledger: Pick<TickLedger, 'pauses'>;
  starter: Pick<RunStarter, 'start'>;
  pipelines: ReadonlyMap<string, Pipeline>;
  clock: Clock;
  ids: Ids;
  log: Logger;
  /** Is told of every round, also of one that failed. */
  onRound?: () => void;
}

/** How many events are read at a time. */
const BATCH = 100;
/** How often it looks by itself, in milliseconds: for what no `wake` told. */
const EVERY_MS = 5_000;
/** The longest that an event is put off, in milliseconds. */
const LONGEST_DELAY_MS = 300_000;

/**
 * Starts the runs that stored events ask for. First the runs, each with a cause that follows from
 * the event, then the mark that the event is done: a process that dies in between leaves an event
 * that the next one goes through again, and no run starts twice.
 */
export class EventRouter {
  readonly #options: EventRouterOptions;
  readonly #announcer: RunAnnouncer;
  #round: Promise<void> | undefined;
  #again = false;
  #stopped = true;
  #cancelTimer: CancelTimer = () => {};

  constructor(options: EventRouterOptions) {
    this.#options = options;
    this.#announcer = new RunAnnouncer(options);
  }

  start(): void {
    this.#stopped = false;
    this.wake();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer();
    await this.#round;
  }

  /** Looks at once, as when a run has finished; called again meanwhile, it looks once more. */
  wake(): void {
    if (this.#stopped) return;
    if (this.#round) {
      this.#again = true;
      return;
    }
    this.#cancelTimer();
    this.#round = this.#routeSafely().finally(() => {
      this.#round = undefined;
      if (this.#stopped) return;
      this.#cancelTimer = this.#options.clock.setTimer(this.#again ? 0 : EVERY_MS, () =>
        this.wake(),
      );
      this.#again = false;
    });
  }

  /** Announces what has succeeded, then processes every event that is due. */
  async routeAll(): Promise<void> {
    const { events, clock } = this.#options;
    await this.#announcer.announce();
    for (;;) {
      const due = await events.unprocessed(clock.now(), BATCH);
      for (const event of due) await this.route(event);
      if (due.length < BATCH) return;
    }
  }

  /** Starts what one event asks for; an event that cannot be processed now is put off. */
  async route(received: StoredEvent): Promise<void> {
    const { events, ledger, pipelines, clock, log, onRound } = this.#options;
    const { eventId } = received;
    try {
      const paused = await pausedPipelines(ledger);
      const effects: EventEffect[] = [];
      for (const pipeline of pipelines.values()) {
        const effect = await this.#startRun(pipeline, received, paused.has(pipeline.name));
        if (effect) effects.push(effect);
      }
      await events.markProcessed(eventId, effects, clock.now());
    } catch (error) {
      const delayMs = Math.min(1000 * 2 ** received.attempts, LONGEST_DELAY_MS);
      log.error({ err: error, eventId, delayMs }, 'an event could not be processed; it is put off');
      await events.defer(eventId, new Date(clock.now().getTime() + delayMs));
    }
    // One round may go through very many.
    onRound?.();
  }

  /** @returns what the event does to the pipeline, or nothing when it is not for it */
  async #startRun(
    pipeline: Pipeline,
    received: StoredEvent,
    isPaused: boolean,
  ): Promise<EventEffect | undefined> {
    const { events, starter, log } = this.#options;
    const trigger = matchTrigger(pipeline, received);
    if (!trigger) return undefined;
    const where = { pipeline: pipeline.name, eventId: received.eventId };
    if (isPaused) {
      log.info(where, 'an event started nothing: the pipeline is paused');
      const error = new TriadError('PIPELINE_PAUSED', { pipeline: pipeline.name });
      return { pipeline: pipeline.name, runId: null, error: error.report() };
    }
    try {
      const request = answerEvent(pipeline, trigger, received);
      const runId = await starter.start(request);
      if (runId) log.info({ ...where, runId }, 'an event started a run');
      const known = runId ?? (await events.runOfCause(request.cause)) ?? null;
      return { pipeline: pipeline.name, runId: known, error: null };
    } catch (thrown) {
      const error = toTriadError(thrown);
      // Data that does not fit the pipeline will not fit it later; anything else may pass.
      if (error.code !== 'INPUT_INVALID') throw thrown;
      log.error({ ...where, err: thrown }, 'an event does not fit a pipeline that it triggers');
      return { pipeline: pipeline.name, runId: null, error: error.report() };
    }
  }

  async #routeSafely(): Promise<void> {
    try {
      await this.routeAll();
    } catch (error) {
      this.#options.log.error({ err: error }, 'events could not be routed; the next round will');
    }
    this.#options.onRound?.();
  }
}
