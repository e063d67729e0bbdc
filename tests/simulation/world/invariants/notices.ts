import type { Alarm, AlarmDelivery } from '@triad/shared/state/alarm-store.ts';
import { noticeAttempts } from '../orchestrator-process.ts';
import type { Invariant } from './invariant.ts';

export const alarmsAreTold: Invariant = {
  name: 'people hear of each alarm, and that it is over after that',
  on: ['rest'],
  of({ alarms, people, watchesAlarms }) {
    return async (happening) => {
      if (happening.what !== 'rest' || !watchesAlarms) return undefined;
      const heard = people.heard.map(({ id }) => id);
      for (const alarm of await alarms.listAlarms({ limit: 10_000 })) {
        const found = unheard(alarm, await alarms.deliveriesOf(alarm.id), heard);
        if (found) return `${alarm.key}: ${found}`;
      }
      return undefined;
    };
  },
};

const ends = new Set<string>(['recovered', 'expired']);

function unheard(
  alarm: Alarm,
  deliveries: readonly AlarmDelivery[],
  heard: readonly string[],
): string | undefined {
  if (!alarm.resolvedAt && !alarm.notifiedAt) return 'it is open, and nobody is told';
  const raised = deliveries.filter(({ notice }) => notice.type === 'raised').length;
  if (alarm.notifiedAt && raised !== 1) return `${raised} notices of it were made`;
  const over = deliveries.filter(({ notice }) => ends.has(notice.type)).length;
  if (alarm.notifiedAt && alarm.resolvedAt && over !== 1) {
    return `it is over, and ${over} notices of that were made`;
  }
  for (const { id, state, attempts, notice } of deliveries) {
    const what = `its notice ${id} (${notice.type}) is ${state}`;
    if (state === 'pending') return what;
    if (state === 'delivered' && !heard.includes(id)) return `${what}, and nobody has heard it`;
    if (state === 'given_up' && attempts < noticeAttempts) return `${what} after ${attempts}`;
  }
  const delivered = deliveries.filter(({ state }) => state === 'delivered');
  const order = delivered.map(({ id }) => heard.indexOf(id));
  return order.some((place, index) => place < (order[index - 1] ?? -1))
    ? 'its notices were heard in another order than they were made'
    : undefined;
}
