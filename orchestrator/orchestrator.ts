import type { CancelTimer } from '@triad/shared/clock/clock.ts';
import type { Pipeline } from '@triad/shared/contracts/pipeline.ts';
import type { PushMessenger } from '@triad/shared/messenger/push-messenger.ts';
import { Admission } from './admit/admission.ts';
import { healthRoutes } from './api/health-routes.ts';
import { messageRoutes } from './api/message-routes.ts';
import { pipelineRoutes } from './api/pipeline-routes.ts';
import type { Route } from './api/route.ts';
import { runRoutes } from './api/run-routes.ts';
import { deadLetteredCommand } from './messages/dead-lettered-command.ts';
import { OutboxRelay } from './messages/outbox-relay.ts';
import { receiveOutcome } from './messages/receive-outcome.ts';
import { type ReconcileOptions, Reconciler } from './reconcile/reconciler.ts';
import type { PoolSizes } from './run/pools.ts';
import { RunEngine } from './run/run-engine.ts';
import { RunStarter } from './run/run-starter.ts';
import { Scheduler } from './schedule/scheduler.ts';

export interface OrchestratorOptions
  extends Omit<ReconcileOptions, 'engine' | 'deadLettered' | 'onOutbox'> {
  messenger: PushMessenger;
  pipelines: ReadonlyMap<string, Pipeline>;
  poolSizes: PoolSizes;
  maxActiveRuns: number;
  codeRevision: string;
  schedulerEnabled: boolean;
  reconcileSeconds: number;
}

/** The orchestrator's parts, wired: routes in, commands out, and the loops in between. */
export class Orchestrator {
  readonly routes: Route[];
  readonly #options: OrchestratorOptions;
  readonly #relay: OutboxRelay;
  readonly #admission: Admission;
  readonly #reconciler: Reconciler;
  readonly #scheduler: Scheduler;
  #cancelTimer: CancelTimer = () => {};
  #round: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: OrchestratorOptions) {
    this.#options = options;
    const { state, messenger, clock, log, pipelines, workload } = options;
    this.#relay = new OutboxRelay(state, messenger, clock, log);
    const onOutbox = () => this.#relay.wake();
    const engine: RunEngine = new RunEngine({
      ...options,
      onOutbox,
      onFinished: () => void this.#admit(),
    });
    this.#admission = new Admission({ ...options, engine });
    const starter = new RunStarter({ ...options, admission: this.#admission });
    const deadLettered = (commandId: string) =>
      deadLetteredCommand((limit) => messenger.deadLetters(limit), commandId);
    this.#reconciler = new Reconciler({ ...options, engine, deadLettered, onOutbox });
    this.#scheduler = new Scheduler({ ...options, starter });
    this.routes = [
      ...runRoutes({ ...options, engine, starter }),
      ...pipelineRoutes(pipelines, state),
      ...messageRoutes(messenger, (body) => receiveOutcome({ ...options, engine }, body)),
      ...healthRoutes({
        state: () => state.check(),
        messenger: () => messenger.check(),
        artifacts: () => options.artifacts.check(),
        invoker: () => workload.check(),
      }),
    ];
  }

  /** Takes up what an earlier process left: undelivered messages, unfinished runs, due ticks. */
  async start(): Promise<void> {
    this.#options.messenger.start();
    this.#relay.wake();
    if (this.#options.schedulerEnabled) await this.#scheduler.start();
    this.#nextRound(0);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer();
    await this.#scheduler.stop();
    await this.#round;
    await this.#relay.stop();
    await this.#options.messenger.stop();
  }

  /** What this misses, the next round of reconciliation finds. */
  async #admit(): Promise<void> {
    try {
      await this.#admission.admit();
    } catch (error) {
      this.#options.log.error({ err: error }, 'waiting runs could not be admitted');
    }
  }

  #nextRound(delayMs: number): void {
    if (this.#stopped) return;
    this.#cancelTimer = this.#options.clock.setTimer(delayMs, () => {
      this.#round = this.#reconcile();
    });
  }

  async #reconcile(): Promise<void> {
    // What a process that died had taken out of the outbox.
    this.#relay.wake();
    try {
      await this.#reconciler.reconcile();
      await this.#admission.admit();
      // Also finds a tick that its timer missed, as when the machine slept.
      if (this.#options.schedulerEnabled) await this.#scheduler.tick();
    } catch (error) {
      this.#options.log.error({ err: error }, 'a round of reconciliation failed');
    }
    this.#nextRound(this.#options.reconcileSeconds * 1000);
  }
}
