import type { AlarmResolution } from '@triad/shared/contracts/alarm-view.ts';
import type {
  Acknowledgement,
  Alarm,
  AlarmCondition,
  AlarmDelivery,
  AlarmFilter,
  AlarmStore,
  AlarmWatch,
  DeliveryEnd,
  NewAlarmDelivery,
} from '@triad/shared/state/alarm-store.ts';
import { compare, refuseTwice } from './memory-tables.ts';

/** `AlarmStore` in memory. */
export class MemoryAlarmStore implements AlarmStore {
  readonly #alarms = new Map<string, Alarm>();
  /** Those of them that are open, by key. */
  readonly #open = new Map<string, Alarm>();
  readonly #deliveries = new Map<string, AlarmDelivery>();
  readonly #watches = new Map<string, AlarmWatch>();

  async raise(condition: AlarmCondition, id: string, at: Date): Promise<boolean> {
    if (this.#open.has(condition.key)) return false;
    refuseTwice(this.#alarms, id);
    const none = { resolvedAt: null, resolution: null, notifiedAt: null, acknowledged: null };
    this.#put({ ...condition, id, raisedAt: at, ...none });
    return true;
  }

  async describe(alarmId: string, { summary, fix, runId }: AlarmCondition): Promise<void> {
    const alarm = this.#openOf(alarmId);
    if (alarm) this.#put({ ...alarm, summary, fix, runId });
  }

  async resolve(
    { id, notifiedAt }: Pick<Alarm, 'id' | 'notifiedAt'>,
    { at, resolution }: { at: Date; resolution: AlarmResolution },
    deliveries: NewAlarmDelivery[],
  ): Promise<boolean> {
    const alarm = this.#openOf(id);
    if (!alarm || alarm.notifiedAt?.getTime() !== notifiedAt?.getTime()) return false;
    this.#addDeliveries(deliveries, at);
    this.#put({ ...alarm, resolvedAt: at, resolution });
    return true;
  }

  async notify(
    { id, notifiedAt }: Pick<Alarm, 'id' | 'notifiedAt'>,
    at: Date,
    deliveries: NewAlarmDelivery[],
  ): Promise<boolean> {
    const alarm = this.#openOf(id);
    if (!alarm || alarm.notifiedAt?.getTime() !== notifiedAt?.getTime()) return false;
    this.#addDeliveries(deliveries, at);
    this.#put({ ...alarm, notifiedAt: at });
    return true;
  }

  async acknowledge(alarmId: string, acknowledged: Acknowledgement): Promise<boolean> {
    const alarm = this.#openOf(alarmId);
    if (alarm) this.#put({ ...alarm, acknowledged });
    return alarm !== undefined;
  }

  async openAlarms(): Promise<Alarm[]> {
    return [...this.#open.values()].sort(byId);
  }

  async getAlarm(alarmId: string): Promise<Alarm | undefined> {
    return this.#alarms.get(alarmId);
  }

  async listAlarms({ state, pipeline, kind, before, limit }: AlarmFilter): Promise<Alarm[]> {
    return [...this.#alarms.values()]
      .filter((alarm) => state === undefined || (alarm.resolvedAt === null) === (state === 'open'))
      .filter((alarm) => pipeline === undefined || alarm.pipeline === pipeline)
      .filter((alarm) => kind === undefined || alarm.kind === kind)
      .filter((alarm) => before === undefined || alarm.id < before)
      .sort((a, b) => compare(b.id, a.id))
      .slice(0, limit);
  }

  async deliveriesOf(alarmId: string): Promise<AlarmDelivery[]> {
    return [...this.#deliveries.values()].filter((own) => own.alarmId === alarmId);
  }

  async pendingChannels(): Promise<string[]> {
    return [...new Set(this.#pending().map(({ channel }) => channel))].sort();
  }

  async dueDeliveries(channel: string, now: Date, limit: number): Promise<AlarmDelivery[]> {
    const pending = this.#pending().filter((own) => own.channel === channel);
    return pending
      .filter(({ dueAt }) => dueAt <= now)
      .filter((own) => pending.find(({ alarmId }) => alarmId === own.alarmId) === own)
      .sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime() || byId(a, b))
      .slice(0, limit);
  }

  async nextDelivery(now: Date): Promise<Date | undefined> {
    const later = this.#pending().filter(({ dueAt }) => dueAt > now);
    return later.map(({ dueAt }) => dueAt).sort((a, b) => a.getTime() - b.getTime())[0];
  }

  async claimDelivery({ id, attempts, dueAt }: AlarmDelivery, until: Date): Promise<boolean> {
    const found = this.#deliveries.get(id);
    if (found?.state !== 'pending' || found.attempts !== attempts || +found.dueAt !== +dueAt) {
      return false;
    }
    this.#deliveries.set(id, { ...found, attempts: attempts + 1, dueAt: until });
    return true;
  }

  async endAttempt(deliveryId: string, end: DeliveryEnd): Promise<void> {
    const found = this.#deliveries.get(deliveryId);
    if (found?.state !== 'pending') return;
    const { state } = end;
    const error = state === 'delivered' ? null : end.error;
    const times = state === 'pending' ? { dueAt: end.dueAt } : { endedAt: end.at };
    this.#deliveries.set(deliveryId, { ...found, state, error, ...times });
  }

  async watches(): Promise<AlarmWatch[]> {
    return [...this.#watches.values()];
  }

  async saveWatch(watch: AlarmWatch): Promise<void> {
    this.#watches.set(watch.pipeline, watch);
  }

  #put(alarm: Alarm): void {
    this.#alarms.set(alarm.id, alarm);
    if (alarm.resolvedAt === null) this.#open.set(alarm.key, alarm);
    else this.#open.delete(alarm.key);
  }

  #openOf(id: string): Alarm | undefined {
    const alarm = this.#alarms.get(id);
    return alarm?.resolvedAt === null ? alarm : undefined;
  }

  #pending(): AlarmDelivery[] {
    return [...this.#deliveries.values()].filter(({ state }) => state === 'pending');
  }

  #addDeliveries(deliveries: NewAlarmDelivery[], at: Date): void {
    for (const { id } of deliveries) refuseTwice(this.#deliveries, id);
    const begun = { state: 'pending' as const, attempts: 0, createdAt: at, dueAt: at };
    for (const delivery of deliveries) {
      this.#deliveries.set(delivery.id, { ...delivery, ...begun, endedAt: null, error: null });
    }
  }
}

const byId = (a: { id: string }, b: { id: string }): number => compare(a.id, b.id);
