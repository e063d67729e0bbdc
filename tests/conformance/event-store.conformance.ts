import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { EventStore } from '@triad/shared/state/event-store.ts';
import type { StateStore } from '@triad/shared/state/state-store.ts';
import { receivedOf } from '../harness/event-fixtures.ts';
import { changeOf, planOf } from '../harness/run-fixtures.ts';

export interface OpenedEventStore {
  events: EventStore;
  /** On the same database. */
  state: StateStore;
  /** The store as another process opens it later. */
  reopen(): Promise<EventStore>;
}

const at = (second: number) => new Date(Date.UTC(2024, 1, 1, 6, 0, second));
const started = { pipeline: 'test', runId: 'r1', error: null };

/** What every `EventStore` must do. */
export function eventStoreConformance(name: string, open: () => Promise<OpenedEventStore>): void {
  describe(`event store: ${name}`, () => {
    let opened: OpenedEventStore;
    let events: EventStore;
    beforeEach(async () => {
      opened = await open();
      events = opened.events;
    });
    const waiting = async (now = at(0), limit = 10) =>
      (await events.unprocessed(now, limit)).map(({ eventId }) => eventId);
    const finish = (runId: string, state: 'succeeded' | 'failed', finishedAt: Date) =>
      opened.state.applyChange(runId, 0, changeOf({ state, finishedAt }));

    test('an event is stored once by its source and id, whatever else it says', async () => {
      const first = await events.add(receivedOf('a'));
      assert.equal(first.isNew, true);
      const again = await events.add(receivedOf('b', { id: 'a', type: 'other', data: null }));
      assert.deepEqual(again, { stored: first.stored, isNew: false });
      const elsewhere = await events.add(receivedOf('c', { id: 'a', source: 'shop/other' }));
      assert.equal(elsewhere.isNew, true);
    });

    test('of the same event stored many times at once, one is new', async () => {
      const ids = ['a', 'b', 'c', 'd'];
      const added = await Promise.all(ids.map((id) => events.add(receivedOf(id, { id: 'x' }))));
      assert.equal(added.filter(({ isNew }) => isNew).length, 1);
      assert.equal(new Set(added.map(({ stored }) => stored.eventId)).size, 1);
    });

    test('an event comes back as it was, also after a restart', async () => {
      const event = receivedOf('a', {
        time: '2024-01-31T23:00:00.000Z',
        subject: 'ä/%',
        data: { deep: [1, { two: null }], text: 'é🙂' },
      });
      const { stored } = await events.add(event);
      assert.deepEqual(stored, { ...event, attempts: 0, processedAt: null, effects: [] });
      const reopened = await opened.reopen();
      assert.deepEqual(await reopened.get('a'), stored);
      assert.equal(await reopened.get('b'), undefined);
    });

    test('what waits is given oldest first, and no more than asked for', async () => {
      for (const id of ['b', 'a', 'c']) await events.add(receivedOf(id));
      assert.deepEqual(await waiting(), ['a', 'b', 'c']);
      assert.deepEqual(await waiting(at(0), 2), ['a', 'b']);
    });

    test('what was processed waits no more and keeps its first effects', async () => {
      await events.add(receivedOf('a'));
      await events.markProcessed('a', [started], at(1));
      await events.markProcessed('a', [], at(2));
      assert.deepEqual(await waiting(at(9)), []);
      const stored = await events.get('a');
      assert.deepEqual([stored?.effects, stored?.processedAt], [[started], at(1)]);
    });

    test('an event that was put off waits until it is due', async () => {
      await events.add(receivedOf('a'));
      await events.add(receivedOf('b'));
      await events.defer('a', at(5));
      assert.deepEqual(await waiting(), ['b']);
      assert.deepEqual(await waiting(at(5)), ['a', 'b']);
      assert.equal((await events.get('a'))?.attempts, 1);
    });

    test('lists are newest first, by type and source, a page at a time', async () => {
      await events.add(receivedOf('a'));
      await events.add(receivedOf('b', { type: 'other' }));
      await events.add(receivedOf('c', { source: 'x' }));
      const ids = async (filter: object) =>
        (await events.list({ limit: 10, ...filter })).map(({ eventId }) => eventId);
      assert.deepEqual(await ids({}), ['c', 'b', 'a']);
      assert.deepEqual(await ids({ limit: 1 }), ['c']);
      assert.deepEqual(await ids({ before: 'c' }), ['b', 'a']);
      assert.deepEqual(await ids({ type: 'other' }), ['b']);
      assert.deepEqual(await ids({ source: 'x' }), ['c']);
    });

    test('runs that succeeded are to be announced, in the order in which they finished', async () => {
      for (const id of ['r1', 'r2', 'r3', 'r4']) await opened.state.createRun(planOf(id));
      await finish('r1', 'succeeded', at(2));
      await finish('r2', 'succeeded', at(1));
      await finish('r3', 'failed', at(1));
      assert.deepEqual(await events.unannounced(null, 10), ['r2', 'r1']);
      assert.deepEqual(await events.unannounced(null, 1), ['r2']);
      assert.deepEqual(await events.unannounced(at(2), 10), ['r1']);
    });

    test('a run is announced once', async () => {
      await opened.state.createRun(planOf('r1'));
      await finish('r1', 'succeeded', at(1));
      await events.announce('r1', receivedOf('a', { id: 'r1' }));
      assert.deepEqual(await events.unannounced(null, 10), []);
      await events.announce('r1', receivedOf('b', { id: 'other' }));
      assert.deepEqual(await waiting(), ['a']);
    });

    test('the look of a sensor is not announced', async () => {
      await opened.state.createRun(planOf('r1', { cause: 'sense/p/s/1' }));
      await opened.state.createRun(planOf('r2', { cause: 'sensor/p/s/1' }));
      await finish('r1', 'succeeded', at(1));
      await finish('r2', 'succeeded', at(1));
      assert.deepEqual(await events.unannounced(null, 10), ['r2']);
    });

    test('the run of a cause is found', async () => {
      await opened.state.createRun(planOf('r1', { cause: 'event/a/b/c' }));
      assert.equal(await events.runOfCause('event/a/b/c'), 'r1');
      assert.equal(await events.runOfCause('event/a/b/d'), undefined);
    });
  });
}
