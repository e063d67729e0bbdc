import { join } from 'node:path';
import type { CloudEvent } from '@triad/shared/contracts/cloud-event.ts';
import { timeOrderedIds } from '@triad/shared/ids/ids.ts';
import { KyselyMessageStore } from '@triad/shared/messenger/kysely-message-store.ts';
import type { MessageStore } from '@triad/shared/messenger/message-store.ts';
import type { Messenger } from '@triad/shared/messenger/messenger.ts';
import { httpPush } from '@triad/shared/messenger/push.ts';
import { type DeliveryPolicy, PushMessenger } from '@triad/shared/messenger/push-messenger.ts';
import type { Database } from '@triad/shared/state/database.ts';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';
import type { Kysely } from 'kysely';
import { FakeClock } from '../fake-clock.ts';
import { recordingLogger } from '../recording-logger.ts';
import { seededRandom } from '../seeded-random.ts';
import { temporaryDirectory } from '../temporary-directory.ts';
import { FakeReceiver } from './fake-receiver.ts';

/** Puts the adapter under test in front of the embedded messenger, which delivers. */
export type Connect = (push: PushMessenger) => Promise<{
  messenger: Messenger;
  close(): Promise<void>;
}>;

export const policy: DeliveryPolicy = {
  maxAttempts: 4,
  backoff: { initialMs: 1000, maxMs: 3000 },
  ackDeadlineMs: 10_000,
  concurrency: 4,
};

export interface MessengerSetup {
  clock: FakeClock;
  receiver: FakeReceiver;
  store: MessageStore;
  push: PushMessenger;
  messenger: Messenger;
  lines: ReturnType<typeof recordingLogger>['lines'];
  /** A further messenger on the same store, as after a restart. */
  another(): PushMessenger;
  close(): Promise<void>;
}

export interface SetUpOptions {
  policy?: Partial<DeliveryPolicy>;
  /** Lets a test give a store that fails. */
  makeStore?: (db: Kysely<Database>) => MessageStore;
}

/** A messenger that is not started, with one subscription to `one` and two to `two`. */
export async function setUpMessenger(
  connect: Connect,
  options: SetUpOptions = {},
): Promise<MessengerSetup> {
  const clock = new FakeClock();
  const receiver = new FakeReceiver(clock);
  const db = await openSqlite(join(await temporaryDirectory(), 'state.db'));
  const store = options.makeStore?.(db) ?? new KyselyMessageStore(db);
  const { log, lines } = recordingLogger();
  const pushTo = (endpoint: string) => httpPush({ endpoint, request: receiver.request });
  const another = () =>
    new PushMessenger({
      store,
      subscriptions: [
        { name: 'first', topic: 'one', push: pushTo('http://first/push') },
        { name: 'second', topic: 'two', push: pushTo('http://second/push') },
        { name: 'third', topic: 'two', push: pushTo('http://third/push') },
      ],
      clock,
      ids: timeOrderedIds(clock),
      random: seededRandom(1),
      log,
      policy: { ...policy, ...options.policy },
    });
  const push = another();
  const { messenger, close } = await connect(push);
  return {
    clock,
    receiver,
    store,
    push,
    messenger,
    lines,
    another,
    async close() {
      await close();
      await Promise.all([push.stop(), clock.advance(60_000)]);
      await db.destroy();
    },
  };
}

export const eventOf = (id: string): CloudEvent => ({
  specversion: '1.0',
  id,
  source: 'test',
  type: 'dev.triad.test',
  subject: `subject of ${id}`,
  time: '2024-01-01T00:00:00.000Z',
  datacontenttype: 'application/json',
  data: { text: `"ö" 雪 ${id}` },
});
