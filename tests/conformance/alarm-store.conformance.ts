import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { AlarmStore } from '@triad/shared/state/alarm-store.ts';
import { conditionOf, deliveryOf } from '../harness/alarms/alarm-fixtures.ts';

type EndOf = Parameters<AlarmStore['resolve']> extends [unknown, ...infer Rest] ? Rest : never;

const at = (minute: number) => new Date(Date.UTC(2024, 1, 1, 7, minute));
const report = { code: 'INTERNAL', message: 'm', fix: 'f', retryable: false };

/** @param open an empty store */
export function alarmStoreConformance(name: string, open: () => Promise<AlarmStore>): void {
  describe(`alarm store: ${name}`, () => {
    let store: AlarmStore;
    beforeEach(async () => {
      store = await open();
    });
    const raise = (id = 'a1', more = {}) => store.raise(conditionOf(more), id, at(0));
    const resolve = async (id: string, ...[end, deliveries]: EndOf) => {
      const notifiedAt = (await store.getAlarm(id))?.notifiedAt ?? null;
      return store.resolve({ id, notifiedAt }, end, deliveries);
    };
    const due = async (minute = 0, channel = 'ops') =>
      (await store.dueDeliveries(channel, at(minute), 10)).map(({ id }) => id);

    test('a condition is raised once, by whoever is first', async () => {
      const raised = await Promise.all([raise('a1'), raise('a2')]);
      assert.deepEqual(raised.toSorted(), [false, true]);
      const [alarm, ...others] = await store.openAlarms();
      assert.deepEqual(others, []);
      assert.deepEqual(alarm, {
        ...conditionOf(),
        id: raised[0] ? 'a1' : 'a2',
        raisedAt: at(0),
        resolvedAt: null,
        resolution: null,
        notifiedAt: null,
        acknowledged: null,
      });
    });

    test('what is wrong again after it was over is a new alarm', async () => {
      await raise();
      assert.equal(await resolve('a1', { at: at(1), resolution: 'recovered' }, []), true);
      assert.equal(await raise('a2'), true);
      const resolved = await store.getAlarm('a1');
      assert.deepEqual([resolved?.resolvedAt, resolved?.resolution], [at(1), 'recovered']);
      assert.deepEqual(
        (await store.openAlarms()).map(({ id }) => id),
        ['a2'],
      );
    });

    test('an alarm is resolved once, and its notices are stored with that', async () => {
      await raise();
      const over = (id: string) =>
        resolve('a1', { at: at(1), resolution: 'recovered' }, [deliveryOf(id)]);
      const done = await Promise.all([over('d1'), over('d2')]);
      assert.deepEqual(done.toSorted(), [false, true]);
      assert.equal((await store.deliveriesOf('a1')).length, 1);
      assert.equal(await resolve('none', { at: at(1), resolution: 'expired' }, []), false);
    });

    test('of two who tell people of an alarm, one does', async () => {
      await raise();
      const tell = (id: string) =>
        store.notify({ id: 'a1', notifiedAt: null }, at(1), [deliveryOf(id)]);
      const told = await Promise.all([tell('d1'), tell('d2')]);
      assert.deepEqual(told.toSorted(), [false, true]);
      assert.equal((await store.deliveriesOf('a1')).length, 1);
      const again = { id: 'a1', notifiedAt: at(1) };
      assert.equal(await store.notify(again, at(2), [deliveryOf('d3')]), true);
      assert.deepEqual((await store.getAlarm('a1'))?.notifiedAt, at(2));
      await resolve('a1', { at: at(3), resolution: 'recovered' }, []);
      assert.equal(await store.notify({ id: 'a1', notifiedAt: at(2) }, at(4), []), false);
    });

    test('the words of an open alarm are kept up to date, those of a resolved one stay', async () => {
      await raise();
      await store.describe('a1', conditionOf({ summary: 'new', fix: 'other', runId: 'r2' }));
      await resolve('a1', { at: at(1), resolution: 'recovered' }, []);
      await store.describe('a1', conditionOf({ summary: 'late' }));
      const alarm = await store.getAlarm('a1');
      assert.deepEqual([alarm?.summary, alarm?.fix, alarm?.runId], ['new', 'other', 'r2']);
    });

    test('an alarm of which somebody told meanwhile is not resolved as if nobody had', async () => {
      await raise();
      await store.notify({ id: 'a1', notifiedAt: null }, at(0), [deliveryOf('d1')]);
      const end = { at: at(1), resolution: 'recovered' as const };
      assert.equal(await store.resolve({ id: 'a1', notifiedAt: null }, end, []), false);
      assert.equal((await store.openAlarms()).length, 1);
      const told = { id: 'a1', notifiedAt: at(0) };
      assert.equal(await store.resolve(told, end, [deliveryOf('d2')]), true);
      assert.deepEqual(
        (await store.deliveriesOf('a1')).map(({ id }) => id),
        ['d1', 'd2'],
      );
    });

    test('only an open alarm is acknowledged', async () => {
      await raise();
      const acknowledgement = { at: at(1), by: 'ada', comment: 'mine' };
      assert.equal(await store.acknowledge('a1', acknowledgement), true);
      assert.deepEqual((await store.getAlarm('a1'))?.acknowledged, acknowledgement);
      await resolve('a1', { at: at(2), resolution: 'recovered' }, []);
      assert.equal(await store.acknowledge('a1', acknowledgement), false);
      assert.equal(await store.acknowledge('none', acknowledgement), false);
    });

    test('lists are newest first, filtered, a page at a time', async () => {
      await raise('a1', { key: 'k1' });
      await raise('a2', { key: 'k2', kind: 'run_late' });
      await raise('a3', { key: 'k3', kind: 'dead_letters', pipeline: null });
      await resolve('a1', { at: at(1), resolution: 'recovered' }, []);
      const ids = async (filter: Parameters<AlarmStore['listAlarms']>[0]) =>
        (await store.listAlarms(filter)).map(({ id }) => id);
      assert.deepEqual(await ids({ limit: 2 }), ['a3', 'a2']);
      assert.deepEqual(await ids({ limit: 2, before: 'a2' }), ['a1']);
      assert.deepEqual(await ids({ limit: 9, state: 'open', pipeline: 'test' }), ['a2']);
      assert.deepEqual(await ids({ limit: 9, state: 'resolved' }), ['a1']);
      assert.deepEqual(await ids({ limit: 9, kind: 'dead_letters' }), ['a3']);
      assert.equal(await store.getAlarm('a9'), undefined);
    });

    test('of an alarm, a channel gets one notice after the other; channels do not wait for each other', async () => {
      await raise();
      // By a clock that was ahead: the id of the first notice is the later one.
      const both = (id: string) => [
        deliveryOf(`${id}-ops`),
        deliveryOf(`${id}-x`, { channel: 'x' }),
      ];
      await store.notify({ id: 'a1', notifiedAt: null }, at(0), both('d9'));
      await resolve('a1', { at: at(0), resolution: 'recovered' }, both('d2'));
      assert.deepEqual(await store.pendingChannels(), ['ops', 'x']);
      await store.endAttempt('d9-x', { state: 'delivered', at: at(0) });
      assert.deepEqual(await due(), ['d9-ops']);
      assert.deepEqual(await due(0, 'x'), ['d2-x']);
      await store.endAttempt('d9-ops', { state: 'given_up', at: at(0), error: report });
      assert.deepEqual(await due(), ['d2-ops']);
    });

    test('a delivery is claimed by one, and due again when the claim is over', async () => {
      await raise();
      await store.notify({ id: 'a1', notifiedAt: null }, at(0), [deliveryOf('d1')]);
      const [delivery] = await store.dueDeliveries('ops', at(0), 1);
      assert.ok(delivery);
      const claims = [store.claimDelivery(delivery, at(1)), store.claimDelivery(delivery, at(1))];
      assert.deepEqual((await Promise.all(claims)).toSorted(), [false, true]);
      assert.deepEqual(await due(0), []);
      assert.deepEqual(await store.nextDelivery(at(0)), at(1));
      const [again] = await store.dueDeliveries('ops', at(1), 1);
      assert.equal(again?.attempts, 1);
    });

    test('an attempt that failed is due later; an end is for good', async () => {
      await raise();
      await store.notify({ id: 'a1', notifiedAt: null }, at(0), [deliveryOf('d1')]);
      await store.endAttempt('d1', { state: 'pending', dueAt: at(5), error: report });
      assert.deepEqual([await due(4), await due(5)], [[], ['d1']]);
      await store.endAttempt('d1', { state: 'delivered', at: at(6) });
      await store.endAttempt('d1', { state: 'given_up', at: at(7), error: report });
      const [delivery] = await store.deliveriesOf('a1');
      assert.deepEqual(delivery, {
        ...deliveryOf('d1'),
        state: 'delivered',
        attempts: 0,
        createdAt: at(0),
        dueAt: at(5),
        endedAt: at(6),
        error: null,
      });
      assert.deepEqual(await store.pendingChannels(), []);
      assert.equal(await store.nextDelivery(at(0)), undefined);
    });

    test('a watch replaces the one before it', async () => {
      const watch = { pipeline: 'test', schedule: null, since: at(0), checkedUntil: at(1) };
      await store.saveWatch({ ...watch, schedule: '{}' });
      await store.saveWatch(watch);
      assert.deepEqual(await store.watches(), [watch]);
    });
  });
}
