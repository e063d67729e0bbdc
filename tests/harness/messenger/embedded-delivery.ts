import { join } from 'node:path';
import { systemClock } from '@triad/shared/clock/clock.ts';
import { timeOrderedIds } from '@triad/shared/ids/ids.ts';
import { KyselyMessageStore } from '@triad/shared/messenger/kysely-message-store.ts';
import type { Push } from '@triad/shared/messenger/push.ts';
import { PushMessenger } from '@triad/shared/messenger/push-messenger.ts';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';
import { recordingLogger } from '../recording-logger.ts';
import { seededRandom } from '../seeded-random.ts';
import { temporaryDirectory } from '../temporary-directory.ts';
import { type DeliveryOptions, type DeliverySystem, subscriptionsOf } from './delivery-system.ts';

const maxAttempts = 5;

/** The embedded messenger on a database of its own. */
export async function embeddedDelivery(): Promise<DeliverySystem> {
  const db = await openSqlite(join(await temporaryDirectory(), 'state.db'));
  const store = new KyselyMessageStore(db);
  const messengerFor = (receivers: Readonly<Record<string, Push>>, options: DeliveryOptions = {}) =>
    new PushMessenger({
      store,
      subscriptions: Object.entries(subscriptionsOf).flatMap(([topic, names]) =>
        names.map((name) => ({ name, topic, push: receivers[name] ?? (async () => {}) })),
      ),
      clock: systemClock,
      ids: timeOrderedIds(systemClock),
      random: seededRandom(1),
      log: recordingLogger().log,
      policy: {
        maxAttempts,
        backoff: { initialMs: 10, maxMs: 20 },
        ackDeadlineMs: options.ackDeadlineMs ?? 10_000,
        concurrency: options.concurrency ?? 16,
      },
    });
  let current = messengerFor({});
  return {
    messenger: {
      publish: (topic, event) => current.publish(topic, event),
      deadLetter: (message, from, reason) => current.deadLetter(message, from, reason),
      check: () => current.check(),
    },
    maxAttempts,
    async deliver(receivers, options) {
      const started = messengerFor(receivers, options);
      current = started;
      started.start();
      return () => started.stop();
    },
    async deadLetters() {
      const letters = await current.deadLetters(10);
      return letters.map(({ data, subscription, reasonCode, reasonMessage, attributes }) => ({
        data,
        subscription,
        reasonCode,
        reasonMessage,
        originalId: attributes.original_id,
      }));
    },
    close: () => db.destroy(),
  };
}
