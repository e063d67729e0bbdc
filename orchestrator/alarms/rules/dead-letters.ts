import type { AlarmCondition } from '@triad/shared/state/alarm-store.ts';
import type { SystemFacts } from '../alarm-facts.ts';

/** One condition for each receiver, however many messages it did not accept. */
export function deadLetters({ deadLetters: letters }: SystemFacts): AlarmCondition[] {
  return letters
    .filter(({ count }) => count > 0)
    .map(({ subscription, count, oldest }) => ({
      key: `dead_letters/${subscription}`,
      kind: 'dead_letters',
      pipeline: null,
      runDate: null,
      runId: null,
      since: oldest,
      summary: `${count} ${count === 1 ? 'message' : 'messages'} to ${subscription || 'an unknown receiver'} could not be delivered and are kept as dead letters.`,
      fix: 'Repair the receiver, then send them again: triad dead-letters lists them, triad dead-letters replay <id> sends one.',
    }));
}
