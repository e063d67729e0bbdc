import type { CancelTimer } from '@triad/shared/clock/clock.ts';
import type { Pipeline } from '@triad/shared/contracts/pipeline.ts';
import type { PushMessenger } from '@triad/shared/messenger/push-messenger.ts';
import type { BackfillStore } from '@triad/shared/state/backfill-store.ts';
import type { EventStore } from '@triad/shared/state/event-store.ts';
import type { SensorStore } from '@triad/shared/state/sensor-store.ts';
import type { TickLedger } from '@triad/shared/state/tick-ledger.ts';
import { Admission } from './admit/admission.ts';
import { type AlarmOptions, AlarmSystem } from './alarms/alarm-system.ts';
import { backfillRoutes } from './api/backfill-routes.ts';
import { eventRoutes } from './api/event-routes.ts';
import { healthRoutes } from './api/health-routes.ts';
import { messageRoutes } from './api/message-routes.ts';
import { pipelineRoutes } from './api/pipeline-routes.ts';
import type { Route } from './api/route.ts';
import { runRoutes } from './api/run-routes.ts';
import { scheduleRoutes } from './api/schedule-routes.ts';
import { sensorRoutes } from './api/sensor-routes.ts';
import { stepRoutes } from './api/step-routes.ts';
import { Backfills } from './backfill/backfills.ts';
import { EventRouter } from './events/event-router.ts';
import { deadLetteredCommand } from './messages/dead-lettered-command.ts';
import { OutboxRelay } from './messages/outbox-relay.ts';
import { receiveOutcome } from './messages/receive-outcome.ts';
import { type ReconcileOptions, Reconciler } from './reconcile/reconciler.ts';
import type { PoolSizes } from './run/pools.ts';
import { RunEngine } from './run/run-engine.ts';
import { RunStarter } from './run/run-starter.ts';
import { Scheduler } from './schedule/scheduler.ts';
import { failingSensors } from './sensors/failing-sensors.ts';
import type { Probes } from './sensors/probe.ts';
import { SensorWatcher } from './sensors/sensor-watcher.ts';
import { SqlProbe } from './sensors/sql-probe.ts';
import { findReusable } from './verify/find-reusable.ts';

export interface OrchestratorOptions
  extends Omit<ReconcileOptions, 'engine' | 'deadLettered' | 'onOutbox'> {
  messenger: PushMessenger;
  ledger: TickLedger;
  backfills: BackfillStore;
  events: EventStore;
  sensors: SensorStore;
  /** The probes that need nothing of the orchestrator's. */
  probes: Omit<Probes, 'sql'>;
  /** The sources that may send events; none for all. */
  eventSources: readonly string[];
  pipelines: ReadonlyMap<string, Pipeline>;
  poolSizes: PoolSizes;
  maxActiveRuns: number;
  codeRevision: string;
  schedulerEnabled: boolean;
  reconcileSeconds: number;
  alarms: AlarmOptions;
}

/** The orchestrator's parts, wired: routes in, commands out, and the loops in between. */
export class Orchestrator {
  readonly routes: Route[];
  readonly #options: OrchestratorOptions;
  readonly #relay: OutboxRelay;
  readonly #admission: Admission;
  readonly #reconciler: Reconciler;
  readonly #scheduler: Scheduler;
  readonly #backfills: Backfills;
  readonly #alarms: AlarmSystem;
  #lastSchedulerRound: Date | null = null;
  readonly #router: EventRouter;
  readonly #watcher: SensorWatcher;
  #cancelTimer: CancelTimer = () => {};
  #round: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: OrchestratorOptions) {
    this.#options = options;
    const { state, ledger, messenger, clock, log, pipelines, workload } = options;
    this.#relay = new OutboxRelay(state, messenger, clock, log);
    const onOutbox = () => this.#relay.wake();
    const engine: RunEngine = new RunEngine({
      ...options,
      onOutbox,
      findReusable: (key) => findReusable(state, options.artifacts, key),
      onFinished: () => {
        void this.#onFinished();
        this.#router.wake();
      },
    });
    this.#admission = new Admission({ ...options, engine });
    const starter = new RunStarter({ ...options, admission: this.#admission });
    const deadLettered = (commandId: string) =>
      deadLetteredCommand((limit) => messenger.deadLetters(limit), commandId);
    this.#reconciler = new Reconciler({ ...options, engine, deadLettered, onOutbox });
    this.#scheduler = new Scheduler({ ...options, engine, starter });
    this.#backfills = new Backfills({ ...options, engine, starter });
    this.#alarms = new AlarmSystem({
      ...options,
      ...options.alarms,
      checkState: () => state.check(),
      failingSensors: (pipeline) => failingSensors(options.sensors, pipeline),
      ...(options.schedulerEnabled && { lastSchedulerRound: () => this.#lastSchedulerRound }),
    });
    this.#router = new EventRouter({ ...options, starter });
    this.#watcher = new SensorWatcher({
      ...options,
      starter,
      probes: { ...options.probes, sql: new SqlProbe({ ...options, starter }) },
      onEvent: () => this.#router.wake(),
    });
    this.routes = [
      ...runRoutes({ ...options, engine, starter }),
      ...stepRoutes({ ...options, engine, starter }),
      ...pipelineRoutes(pipelines),
      ...scheduleRoutes(ledger, this.#scheduler),
      ...backfillRoutes(this.#backfills),
      ...this.#alarms.routes,
      ...eventRoutes({ ...options, router: this.#router }),
      ...sensorRoutes(this.#watcher),
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
    // First: a scheduler that cannot start is what somebody must hear of.
    this.#alarms.start();
    if (this.#options.schedulerEnabled) await this.#scheduler.start();
    this.#router.start();
    if (this.#options.schedulerEnabled) this.#watcher.start();
    this.#nextRound(0);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer();
    await this.#scheduler.stop();
    await this.#watcher.stop();
    await this.#router.stop();
    await this.#round;
    await this.#alarms.stop();
    await this.#relay.stop();
    await this.#options.messenger.stop();
  }

  /** What this misses, the next round of reconciliation finds. */
  async #onFinished(): Promise<void> {
    try {
      await this.#admission.admit();
      await this.#backfills.topUp();
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
      await this.#backfills.topUp();
      // Also finds a tick that its timer missed, as when the machine slept.
      if (this.#options.schedulerEnabled) await this.#scheduler.tick();
      this.#lastSchedulerRound = this.#options.clock.now();
    } catch (error) {
      this.#options.log.error({ err: error }, 'a round of reconciliation failed');
    }
    this.#nextRound(this.#options.reconcileSeconds * 1000);
  }
}
