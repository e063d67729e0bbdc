import type { Clock } from '@triad/shared/clock/clock.ts';
import type { RunEvent } from '@triad/shared/contracts/run-event.ts';
import type { RunPlan } from '@triad/shared/contracts/run-plan.ts';
import type { Ids } from '@triad/shared/ids/ids.ts';
import { runLog } from '@triad/shared/log/attempt-log.ts';
import type { Logger } from '@triad/shared/log/logger.ts';
import type {
  CachedStep,
  InFlight,
  OutboxMessage,
  PoolWait,
  RunChange,
  StateStore,
  StoredRun,
} from '@triad/shared/state/state-store.ts';
import type { RunObserver } from '../observe/run-observer.ts';
import { planChange } from './plan-change.ts';
import type { PoolSizes } from './pools.ts';
import { foldEvents, type RunStatus } from './run-status.ts';

export interface RunEngineOptions {
  state: StateStore;
  clock: Clock;
  ids: Ids;
  log: Logger;
  poolSizes: PoolSizes;
  /** The result of an equal attempt, when all of it is still there. */
  findReusable: (key: string) => Promise<CachedStep | undefined>;
  /** Is told of every commit. */
  observer?: RunObserver;
  /** Called after a run has finished. */
  onFinished?: () => void;
  /** How long nobody else publishes what a commit put into the outbox, in milliseconds. */
  outboxTakenMs: number;
  /** Publishes what a commit put into the outbox. */
  publish: (messages: OutboxMessage[]) => void;
}

interface Planned {
  change: RunChange;
  /** Whether others may get slots of pools that they could not have before. */
  makesRoom: boolean;
}

/** What happened to a run, given where it stands; none when it no longer matters. */
export type Reaction = (plan: RunPlan, status: RunStatus) => RunEvent[];

/**
 * Moves runs forward: something happens, the decisions that follow from it are stored with it in
 * one transaction. When someone else was faster, all is decided anew on what they wrote.
 */
export class RunEngine {
  readonly #options: RunEngineOptions;

  constructor(options: RunEngineOptions) {
    this.#options = options;
  }

  /** Starts what can start now, such as a retry that is due or a step that waited for a slot. */
  async advance(runId: string): Promise<void> {
    await this.react(runId, () => []);
  }

  /** Advances all admitted runs, those that go first first. */
  async advanceAll(): Promise<void> {
    for (const runId of await this.#options.state.activeRuns()) await this.advance(runId);
  }

  /**
   * Records what `reaction` makes of the run's status, and everything that follows from it.
   *
   * @param seen the run as the caller has just read it
   */
  async react(runId: string, reaction: Reaction, seen?: StoredRun): Promise<void> {
    let run = seen ?? (await this.#options.state.getRun(runId));
    // When someone else was faster, all is decided anew on what they wrote.
    while (run && !(await this.#attempt(run, reaction))) {
      run = await this.#options.state.getRun(runId);
    }
  }

  /** Plans the change, with what is found of results that it could reuse. */
  async #plan(run: StoredRun, happened: RunEvent[]): Promise<Planned | undefined> {
    const { state, clock, ids, poolSizes, findReusable } = this.#options;
    const cache = new Map<string, CachedStep | null>();
    const inFlight = await state.inFlight();
    const waits = await state.poolWaits();
    for (;;) {
      const context = { now: clock.now(), ids, poolSizes, inFlight, waits, cache };
      const { change, unknownKeys } = planChange(run, happened, context);
      if (unknownKeys.length === 0) {
        return change && { change, makesRoom: makesRoom(run, change, inFlight, waits) };
      }
      for (const key of unknownKeys) cache.set(key, (await findReusable(key)) ?? null);
    }
  }

  /**
   * Lets a queued run begin, unless any run was admitted since `revision`; then nothing is stored,
   * and whether there is still room has to be asked again.
   *
   * @returns whether it was admitted
   */
  async admit(runId: string, revision: number): Promise<boolean> {
    const run = await this.#options.state.getRun(runId);
    if (!run || foldEvents(run.plan, run.events).state !== 'queued') return false;
    const begin: Reaction = (_plan, { state }) =>
      state === 'queued' ? [{ type: 'run_admitted' }] : [];
    return this.#attempt(run, begin, revision);
  }

  /** @returns whether the decision was stored, or there was none to store */
  async #attempt(run: StoredRun, reaction: Reaction, admission?: number): Promise<boolean> {
    const { state, clock, log, observer, outboxTakenMs, publish, onFinished } = this.#options;
    const { runId } = run.plan;
    const happened = reaction(run.plan, foldEvents(run.plan, run.events));
    const planned = await this.#plan(run, happened);
    if (!planned) return true;
    const takenUntil = new Date(clock.now().getTime() + outboxTakenMs);
    const change: RunChange = {
      ...planned.change,
      takenUntil,
      ...(admission !== undefined && { admission }),
    };
    if (!(await state.applyChange(runId, run.events.length, change))) return false;
    const own = runLog(log, runId);
    for (const { event } of change.events) own.info(event, event.type);
    observer?.committed?.(run, change.events);
    if (change.outbox.length > 0) publish(change.outbox);
    if (change.finishedAt) onFinished?.();
    this.#advanceAtRetries(runId, happened);
    if (planned.makesRoom) await this.#advanceWaiting(runId);
    return true;
  }

  /** A retry that this process does not live to see is found by the reconciler of the next one. */
  #advanceAtRetries(runId: string, happened: RunEvent[]): void {
    const { clock, log } = this.#options;
    for (const event of happened) {
      if (event.type !== 'step_failed' || event.retryAt === null) continue;
      const delay = new Date(event.retryAt).getTime() - clock.now().getTime();
      clock.setTimer(Math.max(0, delay), () => {
        this.advance(runId).catch((error: unknown) => {
          log.error({ err: error, runId }, 'a retry could not be started; the reconciler will');
        });
      });
    }
  }

  /** A slot that this run gave up may be what another one waits for. */
  async #advanceWaiting(runId: string): Promise<void> {
    const waits = await this.#options.state.poolWaits();
    for (const other of new Set(waits.map((wait) => wait.runId))) {
      if (other !== runId) await this.advance(other);
    }
  }
}

/** Whether a change ends attempts that held slots, or gives up a place before others. */
function makesRoom(
  { plan }: StoredRun,
  { ended, waits }: RunChange,
  inFlight: readonly InFlight[],
  waitsBefore: readonly PoolWait[],
): boolean {
  const waited = waitsBefore.filter(({ runId }) => runId === plan.runId).length;
  return (
    waits.length < waited ||
    inFlight.some(({ commandId, slots }) => slots.length > 0 && ended.includes(commandId))
  );
}
