import type { CancelTimer } from '@triad/shared/clock/clock.ts';
import { Underway } from '@triad/shared/concurrency/underway.ts';
import type { Pipeline } from '@triad/shared/contracts/pipeline.ts';
import type { MessageHub } from '@triad/shared/messenger/message-hub.ts';
import { Heartbeat } from '@triad/shared/service/heartbeat.ts';
import { Readiness } from '@triad/shared/service/readiness.ts';
import type { BackfillStore } from '@triad/shared/state/backfill-store.ts';
import type { EventStore } from '@triad/shared/state/event-store.ts';
import type { SensorStore } from '@triad/shared/state/sensor-store.ts';
import type { TickLedger } from '@triad/shared/state/tick-ledger.ts';
import { noTracer, type Tracer } from '@triad/shared/tracing/tracer.ts';
import { Admission } from './admit/admission.ts';
import { type AlarmOptions, AlarmSystem } from './alarms/alarm-system.ts';
import { type AccessRoutesOptions, accessRoutes } from './api/access-routes.ts';
import { backfillRoutes } from './api/backfill-routes.ts';
import { eventRoutes } from './api/event-routes.ts';
import { healthRoutes } from './api/health-routes.ts';
import { messageRoutes } from './api/message-routes.ts';
import { metricsRoute } from './api/metrics-route.ts';
import { pipelineRoutes } from './api/pipeline-routes.ts';
import type { Route } from './api/route.ts';
import { runRoutes } from './api/run-routes.ts';
import { scheduleRoutes } from './api/schedule-routes.ts';
import { sensorRoutes } from './api/sensor-routes.ts';
import { stepRoutes } from './api/step-routes.ts';
import { Backfills } from './backfill/backfills.ts';
import { EventRouter } from './events/event-router.ts';
import { deadLetteredCommand } from './messages/dead-lettered-command.ts';
import { OutboxRelay, TAKEN_MS } from './messages/outbox-relay.ts';
import { receiveOutcome } from './messages/receive-outcome.ts';
import type { OrchestratorMetrics } from './observe/orchestrator-metrics.ts';
import { observers, type RunObserver } from './observe/run-observer.ts';
import { RunTracer } from './observe/run-tracer.ts';
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
  messenger: MessageHub;
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
  /** Without it nobody watches, and there is nobody to let in: in simulations. */
  operations?: Operations;
}

/** What those use who run the system. */
export interface Operations extends AccessRoutesOptions {
  metrics: OrchestratorMetrics;
  tracer: Tracer;
}

/** A loop that has not gone round for so many of its rounds, and so many seconds more, has stalled. */
const STALLED_AFTER_ROUNDS = 3;
const STALLED_AFTER_SECONDS = 60;

/** The orchestrator's parts, wired: routes in, commands out, and the loops in between. */
export class Orchestrator {
  readonly routes: Route[];
  /** Takes the push of an outcome: to return is to acknowledge it. */
  readonly receive: (body: unknown) => Promise<void>;
  readonly #options: OrchestratorOptions;
  readonly #readiness: Readiness;
  readonly #heartbeats: Heartbeat[] = [];
  readonly #onReconciled: () => void;
  readonly #admitting = new Underway();
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
    const { state, ledger, messenger, artifacts, clock, log, pipelines, workload } = options;
    const { operations } = options;
    const watching = operations ? watchersOf(operations) : [];
    const observer = observers(watching, log);
    const own = {
      state: () => state.check(),
      messenger: () => messenger.check(),
      artifacts: () => artifacts.check(),
    };
    this.#readiness = new Readiness({ ...own, loops: () => this.#checkLoops() }, clock, log);
    this.#onReconciled = this.#expectRounds('reconciliation', options.reconcileSeconds);
    this.#relay = new OutboxRelay(state, messenger, clock, log);
    const engine: RunEngine = new RunEngine({
      ...options,
      outboxTakenMs: TAKEN_MS,
      publish: (messages) => this.#relay.publish(messages),
      findReusable: (key) => findReusable(state, options.artifacts, key),
      observer,
      onFinished: () => {
        this.#admitting.add(this.#onFinished());
        this.#router.wake();
      },
    });
    this.#admission = new Admission({ ...options, engine });
    const starter = new RunStarter({ ...options, admission: this.#admission });
    const deadLettered = (commandId: string) =>
      deadLetteredCommand((limit) => messenger.deadLetters(limit), commandId);
    this.#reconciler = new Reconciler({
      ...options,
      engine,
      observer,
      deadLettered,
      onOutbox: () => this.#relay.wake(),
    });
    this.#scheduler = new Scheduler({ ...options, engine, starter });
    this.#backfills = new Backfills({ ...options, engine, starter });
    this.#alarms = new AlarmSystem({
      ...options,
      ...options.alarms,
      ...(options.alarms.watcherEnabled && {
        onRound: this.#expectRounds('alarm watcher', options.alarms.watchSeconds),
      }),
      checkState: () => state.check(),
      failingSensors: (pipeline) => failingSensors(options.sensors, pipeline),
      ...(options.schedulerEnabled && { lastSchedulerRound: () => this.#lastSchedulerRound }),
    });
    this.#router = new EventRouter({
      ...options,
      starter,
      onRound: this.#expectRounds('event router', 0),
    });
    const looks =
      options.schedulerEnabled && [...pipelines.values()].some(({ sensors }) => sensors.length > 0);
    this.#watcher = new SensorWatcher({
      ...options,
      starter,
      probes: { ...options.probes, sql: new SqlProbe({ ...options, starter }) },
      onEvent: () => this.#router.wake(),
      ...(looks && { onRound: this.#expectRounds('sensor watcher', 0) }),
    });
    this.receive = (body) => receiveOutcome({ ...options, engine, observer }, body);
    const running = { ...options, engine, starter, admission: this.#admission };
    this.routes = [
      ...runRoutes(running),
      ...stepRoutes(running),
      ...pipelineRoutes(pipelines),
      ...scheduleRoutes(ledger, this.#scheduler),
      ...backfillRoutes(this.#backfills),
      ...this.#alarms.routes,
      ...eventRoutes({ ...options, router: this.#router }),
      ...sensorRoutes(this.#watcher),
      ...messageRoutes(messenger, this.receive),
      ...(operations ? [...accessRoutes(operations), metricsRoute(operations.metrics)] : []),
      ...healthRoutes({
        readiness: this.#readiness,
        checks: { ...own, invoker: () => workload.check() },
        clock,
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

  /** From now on it is not ready for more. */
  drain(): void {
    this.#readiness.stopping();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer();
    await this.#scheduler.stop();
    await this.#watcher.stop();
    await this.#router.stop();
    await this.#round;
    await this.#alarms.stop();
    await this.#admitting.done();
    // The messenger first: outcomes that it still delivers are committed, and what follows is sent.
    await this.#options.messenger.stop();
    await this.#relay.stop();
  }

  /**
   * From now on a loop must go round.
   *
   * @param everySeconds 0 for one that goes round every few seconds
   * @returns to be called after each round
   */
  #expectRounds(loop: string, everySeconds: number): () => void {
    const patience = STALLED_AFTER_ROUNDS * everySeconds + STALLED_AFTER_SECONDS;
    const heartbeat = new Heartbeat(loop, patience, this.#options.clock);
    this.#heartbeats.push(heartbeat);
    return () => heartbeat.beat();
  }

  async #checkLoops(): Promise<void> {
    for (const heartbeat of this.#heartbeats) await heartbeat.check();
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
    const { clock, operations } = this.#options;
    const beganAt = clock.now();
    try {
      await this.#reconciler.reconcile();
      operations?.metrics.reconciled(beganAt, clock.now());
      await this.#admission.admit();
      await this.#backfills.topUp();
      // Also finds a tick that its timer missed, as when the machine slept.
      if (this.#options.schedulerEnabled) await this.#scheduler.tick();
      this.#lastSchedulerRound = this.#options.clock.now();
    } catch (error) {
      this.#options.log.error({ err: error }, 'a round of reconciliation failed');
    }
    this.#onReconciled();
    this.#nextRound(this.#options.reconcileSeconds * 1000);
  }
}

/** Where spans go nowhere, not even their ids are needed. */
const watchersOf = ({ metrics, tracer }: Operations): RunObserver[] =>
  tracer === noTracer ? [metrics.runs] : [metrics.runs, new RunTracer(tracer)];
