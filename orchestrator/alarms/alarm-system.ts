import type { Clock } from '@triad/shared/clock/clock.ts';
import type { Pipeline } from '@triad/shared/contracts/pipeline.ts';
import type { Ids } from '@triad/shared/ids/ids.ts';
import type { Logger } from '@triad/shared/log/logger.ts';
import type { AlarmStore } from '@triad/shared/state/alarm-store.ts';
import type { RunFacts } from '@triad/shared/state/run-facts.ts';
import type { SilenceStore } from '@triad/shared/state/silence-store.ts';
import { alarmRoutes } from '../api/alarm-routes.ts';
import type { Route } from '../api/route.ts';
import { silenceRoutes } from '../api/silence-routes.ts';
import { AlarmDispatcher } from './alarm-dispatcher.ts';
import type { SensorTrouble } from './alarm-facts.ts';
import { AlarmWatcher } from './alarm-watcher.ts';
import { Announcer } from './announcer.ts';
import type { AlarmChannel } from './channels/alarm-channel.ts';
import { DeadMansSwitch, isRecent } from './dead-mans-switch.ts';

/** What alarms need beside the rest of the orchestrator. */
export interface AlarmOptions {
  store: AlarmStore;
  silences: SilenceStore;
  facts: RunFacts;
  channels: ReadonlyMap<string, AlarmChannel>;
  /** The orchestrator's own address. */
  url: string;
  /** Whether the watcher and the dead man's switch run here. */
  watcherEnabled: boolean;
  watchSeconds: number;
  remindSeconds: number | undefined;
  /** After this many attempts a notice is given up. */
  attempts: number;
  deadman: { url: string; seconds: number } | undefined;
  fetch: typeof fetch;
}

export interface AlarmSystemOptions extends AlarmOptions {
  pipelines: ReadonlyMap<string, Pipeline>;
  clock: Clock;
  ids: Ids;
  random: () => number;
  log: Logger;
  /** Answers, or throws when the state cannot be read. */
  checkState: () => Promise<void>;
  failingSensors?: (pipeline: Pipeline) => Promise<SensorTrouble[]>;
  /** Is told of every round of the watcher, also of one that failed. */
  onRound?: () => void;
  /** When the scheduler's last round succeeded; absent where no scheduler runs. */
  lastSchedulerRound?: () => Date | null;
}

/** How long the scheduler may be without a round that succeeds before the switch is let go. */
const SCHEDULER_LIMIT_SECONDS = 120;

/** The watcher, the way to people, and the switch for when both are gone. */
export class AlarmSystem {
  readonly routes: Route[];
  readonly #watcher: AlarmWatcher;
  readonly #dispatcher: AlarmDispatcher;
  readonly #switch: DeadMansSwitch | undefined;
  readonly #watcherEnabled: boolean;

  constructor(options: AlarmSystemOptions) {
    const { store: alarms, channels, attempts: maxAttempts } = options;
    this.#watcherEnabled = options.watcherEnabled;
    this.#dispatcher = new AlarmDispatcher({ ...options, alarms, maxAttempts });
    const announcer = new Announcer({ ...options, alarms, channelNames: [...channels.keys()] });
    const onNotices = () => this.#dispatcher.wake();
    this.#watcher = new AlarmWatcher({ ...options, alarms, announcer, onNotices });
    this.#switch = switchOf(options, this.#watcher);
    this.routes = [...alarmRoutes({ ...options, alarms }), ...silenceRoutes(options)];
  }

  start(): void {
    if (!this.#watcherEnabled) return;
    this.#watcher.start();
    this.#switch?.start();
  }

  async stop(): Promise<void> {
    await this.#switch?.stop();
    await this.#watcher.stop();
    await this.#dispatcher.stop();
  }
}

function switchOf(options: AlarmSystemOptions, watcher: AlarmWatcher): DeadMansSwitch | undefined {
  const { deadman, clock, watchSeconds, checkState, lastSchedulerRound } = options;
  if (!deadman) return undefined;
  const watcherLimit = 2 * watchSeconds + 30;
  const checks = [
    isRecent(clock, 'the alarm watcher', watcherLimit, () => watcher.lastSuccess),
    () => checkState().then(() => undefined),
  ];
  if (lastSchedulerRound) {
    checks.push(isRecent(clock, 'the scheduler', SCHEDULER_LIMIT_SECONDS, lastSchedulerRound));
  }
  return new DeadMansSwitch({ ...options, ...deadman, checks });
}
