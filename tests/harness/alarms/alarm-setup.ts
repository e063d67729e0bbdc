import type { AlarmNotice } from '@triad/shared/contracts/alarm-view.ts';
import type { Pipeline } from '@triad/shared/contracts/pipeline.ts';
import type { RunPlan } from '@triad/shared/contracts/run-plan.ts';
import { KyselyMessageStore } from '@triad/shared/messenger/kysely-message-store.ts';
import { KyselyAlarmStore } from '@triad/shared/state/kysely-alarm-store.ts';
import { KyselyRunFacts } from '@triad/shared/state/kysely-run-facts.ts';
import { KyselySilenceStore } from '@triad/shared/state/kysely-silence-store.ts';
import { KyselyStateStore } from '@triad/shared/state/kysely-state-store.ts';
import { KyselyTickLedger } from '@triad/shared/state/kysely-tick-ledger.ts';
import type { RunFacts } from '@triad/shared/state/run-facts.ts';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';
import type { RunChange } from '@triad/shared/state/state-store.ts';
import { AlarmWatcher, type WatcherOptions } from '../../../orchestrator/alarms/alarm-watcher.ts';
import { Announcer } from '../../../orchestrator/alarms/announcer.ts';
import type { AlarmChannel } from '../../../orchestrator/alarms/channels/alarm-channel.ts';
import { FakeClock } from '../fake-clock.ts';
import { recordingLogger } from '../recording-logger.ts';
import { changeOf, planOf } from '../run-fixtures.ts';
import { sequentialIds } from '../sequential-ids.ts';

export const minute = 60_000;

/** A channel that keeps what it is sent, or does as a test says. */
export class FakeChannel implements AlarmChannel {
  readonly type = 'fake';
  readonly sent: AlarmNotice[] = [];
  behave: (signal: AbortSignal) => Promise<void> = async () => {};

  async send(notice: AlarmNotice, signal: AbortSignal): Promise<void> {
    await this.behave(signal);
    this.sent.push(notice);
  }

  /** What arrived, as `type kind`. */
  get told(): string[] {
    return this.sent.map(({ type, kind }) => `${type} ${kind}`);
  }
}

export type AlarmSetup = Awaited<ReturnType<typeof setUpAlarms>>;

/** The parts of alarms on an empty state in memory and a clock at midnight of 2024-01-01. */
export async function setUpAlarms() {
  const db = await openSqlite(':memory:');
  const clock = new FakeClock();
  const ids = sequentialIds();
  const { log, lines } = recordingLogger();
  const state = new KyselyStateStore(db);
  const ledger = new KyselyTickLedger(db);
  const alarms = new KyselyAlarmStore(db);
  const silences = new KyselySilenceStore(db);
  const facts = new KyselyRunFacts(db);
  const messages = new KyselyMessageStore(db);

  return {
    clock,
    ids,
    log,
    lines,
    state,
    ledger,
    alarms,
    silences,
    facts,
    messages,
    random: () => 0.5,

    /** The real facts, some of them as a test says. */
    factsWith: (other: Partial<RunFacts>): RunFacts => Object.assign(new KyselyRunFacts(db), other),

    watcherOf(
      pipelines: Pipeline[],
      more: Partial<WatcherOptions> & { remindSeconds?: number; channelNames?: string[] } = {},
    ): AlarmWatcher {
      const byName = new Map(pipelines.map((pipeline) => [pipeline.name, pipeline]));
      const announcer = new Announcer({
        alarms,
        silences,
        pipelines: byName,
        channelNames: more.channelNames ?? ['ops', 'chat'],
        ids,
        url: 'http://orchestrator',
        remindSeconds: more.remindSeconds,
      });
      return new AlarmWatcher({
        pipelines: byName,
        facts,
        alarms,
        announcer,
        clock,
        ids,
        log,
        watchSeconds: 15,
        onNotices: () => {},
        ...more,
      });
    },

    create: (runId: string, more: Partial<RunPlan> = {}) =>
      state.createRun(planOf(runId, { runDate: '2024-01-01', createdAt: clock.now(), ...more })),

    /** Ends a run of that many events, now. */
    async finish(runId: string, end: 'succeeded' | 'failed', seen = 0): Promise<void> {
      const error = { code: 'JOB_EXITED', message: 'It ended.', fix: 'Look.', retryable: false };
      await state.applyChange(
        runId,
        seen,
        changeOf({
          state: end,
          finishedAt: clock.now(),
          error: end === 'failed' ? error : null,
        }),
      );
    },

    change: (runId: string, seen: number, change: Partial<RunChange>) =>
      state.applyChange(runId, seen, changeOf(change)),

    /** Open alarms, as `kind pipeline`. */
    async open(): Promise<string[]> {
      return (await alarms.openAlarms()).map(({ kind, pipeline }) => `${kind} ${pipeline}`);
    },

    /** All notices that were ever to be sent, as `type kind to channel`. */
    async notices(): Promise<string[]> {
      const all = (await alarms.listAlarms({ limit: 500 })).toReversed();
      const deliveries = await Promise.all(all.map(({ id }) => alarms.deliveriesOf(id)));
      return deliveries
        .flat()
        .toSorted((a, b) => (a.id < b.id ? -1 : 1))
        .map(({ notice, channel }) => `${notice.type} ${notice.kind} to ${channel}`);
    },
  };
}
