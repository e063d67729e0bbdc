import type { CancelTimer, Clock } from '@triad/shared/clock/clock.ts';
import type { Pipeline } from '@triad/shared/contracts/pipeline.ts';
import type { Ids } from '@triad/shared/ids/ids.ts';
import type { Logger } from '@triad/shared/log/logger.ts';
import type { Alarm, AlarmCondition, AlarmStore } from '@triad/shared/state/alarm-store.ts';
import type { RunFacts } from '@triad/shared/state/run-facts.ts';
import type { Silence } from '@triad/shared/state/silence-store.ts';
import type { SensorTrouble } from './alarm-facts.ts';
import type { Announcer } from './announcer.ts';
import { gatherFacts, lookBackMs, type PipelineSubject } from './gather-facts.ts';
import { pipelineConditions, systemConditions } from './rules/rules.ts';
import { watchPipelines } from './watch-pipelines.ts';

export interface WatcherOptions {
  pipelines: ReadonlyMap<string, Pipeline>;
  facts: RunFacts;
  alarms: AlarmStore;
  announcer: Announcer;
  /** Sensors of a pipeline that cannot look. @default none */
  failingSensors?: (pipeline: Pipeline) => Promise<SensorTrouble[]>;
  clock: Clock;
  ids: Ids;
  log: Logger;
  /** Between the end of a round and the next. */
  watchSeconds: number;
  /** Is told of every round, also of one that failed. */
  onRound?: () => void;
  /** There may be notices to deliver. */
  onNotices: () => void;
}

/**
 * Compares what should be with what is, and keeps the alarms equal to what is wrong. It asks
 * nobody but the pipelines' definitions and the state, so a scheduler that is dead, or a tick that
 * was never written, is seen. Several may watch one state.
 */
export class AlarmWatcher {
  readonly #options: WatcherOptions;
  #cancelTimer: CancelTimer = () => {};
  #round: Promise<void> = Promise.resolve();
  #running = false;
  #lastSuccess: Date | null = null;

  constructor(options: WatcherOptions) {
    this.#options = options;
  }

  /** When the last round ended in which everything could be looked at. */
  get lastSuccess(): Date | null {
    return this.#lastSuccess;
  }

  start(): void {
    this.#running = true;
    this.#next(0);
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.#cancelTimer();
    await this.#round;
  }

  #next(delayMs: number): void {
    if (!this.#running) return;
    this.#cancelTimer = this.#options.clock.setTimer(delayMs, () => {
      this.#round = this.watch().finally(() => this.#next(1000 * this.#options.watchSeconds));
    });
  }

  /** One round. What cannot be looked at keeps its alarms as they are, and is tried again. */
  async watch(): Promise<void> {
    const { clock, log, onNotices, onRound } = this.#options;
    try {
      if (await this.#lookAtAll(clock.now())) this.#lastSuccess = clock.now();
    } catch (error) {
      log.error({ err: error }, 'a round of the alarm watcher failed');
    }
    onRound?.();
    onNotices();
  }

  /** Whether everything could be looked at. */
  async #lookAtAll(now: Date): Promise<boolean> {
    const { alarms, announcer, facts, pipelines } = this.#options;
    const watches = await watchPipelines(alarms, pipelines, now);
    const open = Map.groupBy(await alarms.openAlarms(), ({ pipeline }) => pipeline);
    const unfinished = Map.groupBy(await facts.unfinishedRuns(), ({ pipeline }) => pipeline);
    const failures = Map.groupBy(
      await facts.failuresSince(new Date(now.getTime() - lookBackMs)),
      ({ pipeline }) => pipeline,
    );
    const silences = await announcer.activeSilences(now);
    const names = new Set([...pipelines.keys(), ...unfinished.keys(), ...failures.keys()]);
    for (const name of open.keys()) if (name !== null) names.add(name);

    let isComplete = await this.#attempt({ pipeline: null }, async () => {
      const conditions = systemConditions({ deadLetters: await facts.deadLetterCounts() });
      return this.#settle(conditions, open.get(null) ?? [], silences, now);
    });
    for (const [index, name] of [...names].entries()) {
      if (index % BATCH === BATCH - 1) await new Promise(setImmediate);
      const isDone = await this.#attempt({ pipeline: name }, async () => {
        const pipeline = pipelines.get(name);
        const sensors = (pipeline && (await this.#options.failingSensors?.(pipeline))) ?? [];
        return this.#lookAt(
          {
            now,
            name,
            pipeline,
            watch: watches.get(name),
            unfinished: unfinished.get(name) ?? [],
            failedDates: (failures.get(name) ?? []).map(({ runDate }) => runDate),
            open: open.get(name) ?? [],
            sensors,
          },
          silences,
        );
      });
      isComplete &&= isDone;
    }
    const told = await this.#tellAll(silences, now);
    return isComplete && told;
  }

  async #lookAt(subject: PipelineSubject, silences: readonly Silence[]): Promise<boolean> {
    const { facts, checkedUntil } = await gatherFacts(this.#options.facts, subject);
    const { now, open, watch } = subject;
    const isSettled = await this.#settle(pipelineConditions(facts), open, silences, now);
    // Only now: should the process die before, the same firings are looked at again.
    if (isSettled && watch && checkedUntil && checkedUntil > watch.checkedUntil) {
      await this.#options.alarms.saveWatch({ ...watch, checkedUntil });
    }
    return isSettled;
  }

  /** Raises what is new, and ends what is gone. Whether all of it was done. */
  async #settle(
    conditions: AlarmCondition[],
    open: Alarm[],
    silences: readonly Silence[],
    now: Date,
  ): Promise<boolean> {
    const { alarms, announcer, ids, log } = this.#options;
    const known = new Map(open.map((alarm) => [alarm.key, alarm]));
    let isComplete = true;
    for (const condition of conditions) {
      const alarm = known.get(condition.key);
      known.delete(condition.key);
      const isDone = await this.#attempt({ alarm: condition.key }, async () => {
        if (alarm) {
          if (differs(alarm, condition)) await alarms.describe(alarm.id, condition);
        } else if (await alarms.raise(condition, ids.next(), now)) {
          const { kind, pipeline, runId, summary } = condition;
          log.warn({ kind, pipeline, runId }, `alarm: ${summary}`);
        }
        return true;
      });
      isComplete &&= isDone;
    }
    for (const alarm of known.values()) {
      const isDone = await this.#attempt({ alarm: alarm.key }, async () => {
        const isForgotten = now.getTime() - alarm.since.getTime() >= lookBackMs;
        const resolution = looksBack.has(alarm.kind) && isForgotten ? 'expired' : 'recovered';
        if (await announcer.end(alarm, resolution, silences, now)) {
          log.info({ kind: alarm.kind, pipeline: alarm.pipeline }, `alarm ${resolution}`);
        }
        return true;
      });
      isComplete &&= isDone;
    }
    return isComplete;
  }

  async #tellAll(silences: readonly Silence[], now: Date): Promise<boolean> {
    let isComplete = true;
    for (const alarm of await this.#options.alarms.openAlarms()) {
      const isDone = await this.#attempt({ alarm: alarm.key }, async () => {
        await this.#options.announcer.tell(alarm, silences, now);
        return true;
      });
      isComplete &&= isDone;
    }
    return isComplete;
  }

  /** One thing that goes wrong must not keep the others from being looked at. */
  async #attempt(what: object, act: () => Promise<boolean>): Promise<boolean> {
    try {
      return await act();
    } catch (error) {
      this.#options.log.error({ ...what, err: error }, 'the alarm watcher could not look at this');
      return false;
    }
  }
}

/** Pipelines that are looked at before others get their turn: a scheduler's tick must not wait for a round. */
const BATCH = 25;

/** Kinds of which the watcher forgets what is too long ago. */
const looksBack = new Set<Alarm['kind']>(['run_missing', 'run_failed']);

const differs = (alarm: Alarm, { summary, fix, runId }: AlarmCondition): boolean =>
  alarm.summary !== summary || alarm.fix !== fix || alarm.runId !== runId;
