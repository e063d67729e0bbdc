import type { NoticeType } from '@triad/shared/contracts/alarm-view.ts';
import type { Pipeline } from '@triad/shared/contracts/pipeline.ts';
import type { Ids } from '@triad/shared/ids/ids.ts';
import type { Alarm, AlarmStore, NewAlarmDelivery } from '@triad/shared/state/alarm-store.ts';
import type { Silence, SilenceStore } from '@triad/shared/state/silence-store.ts';
import { alarmNotice } from './alarm-notice.ts';

export interface AnnouncerOptions {
  alarms: AlarmStore;
  silences: SilenceStore;
  pipelines: ReadonlyMap<string, Pipeline>;
  channelNames: readonly string[];
  ids: Ids;
  /** The orchestrator's own address. */
  url: string;
  /** An alarm that is open and not acknowledged is told again after this long; never without it. */
  remindSeconds: number | undefined;
}

/** Decides who is told of an alarm, and when. */
export class Announcer {
  readonly #options: AnnouncerOptions;

  constructor(options: AnnouncerOptions) {
    this.#options = options;
  }

  activeSilences(now: Date): Promise<Silence[]> {
    return this.#options.silences.activeSilences(now);
  }

  /** Tells of an open alarm when it is time. What a silence kept back is told when it is over. */
  async tell(alarm: Alarm, silences: readonly Silence[], now: Date): Promise<void> {
    if (alarm.acknowledged || isSilenced(alarm, silences)) return;
    if (alarm.notifiedAt && !this.#isReminderDue(alarm.notifiedAt, now)) return;
    const deliveries = this.#deliveries(alarm, alarm.notifiedAt ? 'reminder' : 'raised', now);
    await this.#options.alarms.notify(alarm, now, deliveries);
  }

  /** Ends an alarm. Those who heard of it hear that it is over. */
  async end(
    alarm: Alarm,
    resolution: 'recovered' | 'expired',
    silences: readonly Silence[],
    now: Date,
  ): Promise<boolean> {
    const isTold = alarm.notifiedAt !== null && !isSilenced(alarm, silences);
    const deliveries = isTold ? this.#deliveries(alarm, resolution, now) : [];
    return this.#options.alarms.resolve(alarm, { at: now, resolution }, deliveries);
  }

  #isReminderDue(notifiedAt: Date, now: Date): boolean {
    const { remindSeconds } = this.#options;
    if (remindSeconds === undefined) return false;
    return now.getTime() - notifiedAt.getTime() >= 1000 * remindSeconds;
  }

  #deliveries(alarm: Alarm, type: NoticeType, at: Date): NewAlarmDelivery[] {
    const { ids, url } = this.#options;
    return this.#channelsOf(alarm).map((channel) => {
      const id = ids.next();
      return { id, alarmId: alarm.id, channel, notice: alarmNotice(alarm, { id, type, at, url }) };
    });
  }

  /** The pipeline's own channels; without any, and for the system as a whole, all. */
  #channelsOf({ pipeline }: Alarm): readonly string[] {
    const { pipelines, channelNames } = this.#options;
    const own = (pipeline !== null && pipelines.get(pipeline)?.alarms.channels) || [];
    return own.length > 0 ? [...new Set(own)] : channelNames;
  }
}

const isSilenced = (alarm: Alarm, silences: readonly Silence[]): boolean =>
  silences.some(
    ({ pipeline, kind }) =>
      (pipeline === null || pipeline === alarm.pipeline) && (kind === null || kind === alarm.kind),
  );
