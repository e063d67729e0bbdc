import type {
  AlarmDeliveryState,
  AlarmKind,
  AlarmNotice,
  AlarmResolution,
} from '../contracts/alarm-view.ts';
import type { ErrorReport } from '../errors/triad-error.ts';

/** Something that is wrong now. */
export interface AlarmCondition {
  /** Names it: no two open alarms have the same. */
  key: string;
  kind: AlarmKind;
  /** Null when it concerns the whole system. */
  pipeline: string | null;
  runDate: string | null;
  runId: string | null;
  since: Date;
  /** What is wrong, in a sentence that stays true while it lasts. */
  summary: string;
  fix: string;
}

/** A condition that was seen, until it is gone. */
export interface Alarm extends AlarmCondition {
  id: string;
  raisedAt: Date;
  resolvedAt: Date | null;
  resolution: AlarmResolution | null;
  /** When people were last told; null when they never were. */
  notifiedAt: Date | null;
  acknowledged: Acknowledgement | null;
}

export interface Acknowledgement {
  at: Date;
  by: string;
  comment: string;
}

/** One notice on its way to one channel. */
export interface AlarmDelivery {
  id: string;
  alarmId: string;
  channel: string;
  notice: AlarmNotice;
  state: AlarmDeliveryState;
  attempts: number;
  createdAt: Date;
  dueAt: Date;
  endedAt: Date | null;
  error: ErrorReport | null;
}

export type NewAlarmDelivery = Pick<AlarmDelivery, 'id' | 'alarmId' | 'channel' | 'notice'>;

/** How an attempt to deliver ended. */
export type DeliveryEnd =
  | { state: 'delivered'; at: Date }
  | { state: 'given_up'; at: Date; error: ErrorReport }
  | { state: 'pending'; dueAt: Date; error: ErrorReport };

export interface AlarmFilter {
  state?: 'open' | 'resolved';
  pipeline?: string;
  kind?: AlarmKind;
  /** Only alarms raised before this one. */
  before?: string;
  limit: number;
}

/** From when on a pipeline is watched. */
export interface AlarmWatch {
  pipeline: string;
  /** The schedule that it had, as text; null without one. */
  schedule: string | null;
  /** Nothing from before this is anybody's alarm. */
  since: Date;
  /** Every firing that was expected up to then has been looked at. */
  checkedUntil: Date;
}

/** The memory of alarms. Every method is one transaction. */
export interface AlarmStore {
  /** `false`, and nothing stored, when an alarm of the same key is open. */
  raise(condition: AlarmCondition, id: string, at: Date): Promise<boolean>;
  /** Brings the words, run and remedy of an open alarm up to date. */
  describe(alarmId: string, condition: AlarmCondition): Promise<void>;
  /**
   * With the notices of it. `false`, and nothing stored, when the alarm is not open, or somebody told
   * of it since `alarm` was read: then they must hear that it is over.
   */
  resolve(
    alarm: Pick<Alarm, 'id' | 'notifiedAt'>,
    end: { at: Date; resolution: AlarmResolution },
    deliveries: NewAlarmDelivery[],
  ): Promise<boolean>;
  /**
   * Records that people are told, with the notices. `false`, and nothing stored, when somebody
   * else told them since `alarm` was read, or it is not open.
   */
  notify(
    alarm: Pick<Alarm, 'id' | 'notifiedAt'>,
    at: Date,
    deliveries: NewAlarmDelivery[],
  ): Promise<boolean>;
  /** `false` when there is no open alarm of this id. */
  acknowledge(alarmId: string, acknowledgement: Acknowledgement): Promise<boolean>;
  /** Oldest first. */
  openAlarms(): Promise<Alarm[]>;
  getAlarm(alarmId: string): Promise<Alarm | undefined>;
  /** Newest first. */
  listAlarms(filter: AlarmFilter): Promise<Alarm[]>;

  /** Of one alarm, oldest first. */
  deliveriesOf(alarmId: string): Promise<AlarmDelivery[]>;
  /** Channels with pending deliveries. */
  pendingChannels(): Promise<string[]>;
  /** Pending ones of a channel that are due, oldest first; of an alarm, one after the other. */
  dueDeliveries(channel: string, now: Date, limit: number): Promise<AlarmDelivery[]>;
  /** When the first pending delivery after `now` is due. */
  nextDelivery(now: Date): Promise<Date | undefined>;
  /**
   * Counts an attempt and keeps others from it until `until`, when it is due again should whoever
   * claimed it have died. `false` when somebody else was faster.
   */
  claimDelivery(delivery: AlarmDelivery, until: Date): Promise<boolean>;
  endAttempt(deliveryId: string, end: DeliveryEnd): Promise<void>;

  watches(): Promise<AlarmWatch[]>;
  /** In place of the pipeline's watch before. */
  saveWatch(watch: AlarmWatch): Promise<void>;
}
