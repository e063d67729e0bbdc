import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { DeadLetter, Delivery, MessageStore } from '@triad/shared/messenger/message-store.ts';

const at = (second: number) => new Date(Date.UTC(2024, 0, 1, 0, 0, second));

const deliveryOf = (id: string, more: Partial<Delivery> = {}): Delivery => ({
  id,
  messageId: `message of ${id}`,
  topic: 'one',
  subscription: 'first',
  data: 'eyJhIjoxfQ==',
  attributes: { 'content-type': 'text/"ö"' },
  attempts: 0,
  publishedAt: new Date('2024-01-01T00:00:00.001Z'),
  ...more,
});

const letterOf = (id: string): DeadLetter => {
  const { messageId: _, publishedAt: __, ...delivery } = deliveryOf(id, { attempts: 4 });
  return { ...delivery, reasonCode: 'X', reasonMessage: `because of ${id}`, at: at(9) };
};

/** What every store of the embedded messenger must do. `open` gives an empty one. */
export function messageStoreConformance(
  name: string,
  open: () => Promise<{ store: MessageStore; reopen(): Promise<MessageStore> }>,
): void {
  describe(`message store: ${name}`, () => {
    let store: MessageStore;
    let reopen: () => Promise<MessageStore>;
    /** Takes them for no time at all, so that they can be taken again. */
    const take = (second: number, limit = 10) => store.takeDue(at(second), at(second), limit);
    const due = async (second: number, limit = 10) =>
      (await take(second, limit)).map(({ id }) => id);

    beforeEach(async () => {
      ({ store, reopen } = await open());
    });

    test('deliveries come back as they went in, once they are due, oldest first', async () => {
      await store.addDeliveries([deliveryOf('late')], at(3));
      await store.addDeliveries([deliveryOf('b'), deliveryOf('a')], at(1));
      assert.deepEqual(await due(0), []);
      assert.deepEqual(await due(1), ['a', 'b']);
      assert.deepEqual(await due(3), ['a', 'b', 'late']);
      assert.deepEqual(await due(3, 1), ['a']);
      assert.deepEqual(await take(3, 1), [deliveryOf('a')]);
    });

    test('what one has taken nobody else gets until it is due again', async () => {
      const ids = ['a', 'b', 'c', 'd', 'e'];
      await store.addDeliveries(
        ids.map((id) => deliveryOf(id)),
        at(1),
      );
      const taken = await Promise.all([1, 2, 3].map(() => store.takeDue(at(1), at(6), 2)));
      assert.deepEqual(
        taken
          .flat()
          .map(({ id }) => id)
          .toSorted(),
        ids,
      );
      assert.deepEqual(await due(5), []);
      await store.acknowledge('b');
      await store.reschedule('c', 1, at(3));
      assert.deepEqual(await due(3), ['c']);
      assert.deepEqual(await store.nextDue(at(3)), at(6));
      assert.deepEqual((await due(6)).toSorted(), ['a', 'c', 'd', 'e']);
    });

    test('the next due time is the first after now', async () => {
      assert.equal(await store.nextDue(at(0)), undefined);
      await store.addDeliveries([deliveryOf('a')], at(1));
      await store.addDeliveries([deliveryOf('b')], at(5));
      assert.deepEqual(await store.nextDue(at(0)), at(1));
      assert.deepEqual(await store.nextDue(at(1)), at(5));
      assert.equal(await store.nextDue(at(5)), undefined);
    });

    test('a delivery that is added twice is there once', async () => {
      await store.addDeliveries([deliveryOf('a')], at(1));
      await store.addDeliveries([deliveryOf('a', { attempts: 7 }), deliveryOf('b')], at(2));
      assert.deepEqual(await due(2), ['a', 'b']);
      assert.equal((await take(2, 1))[0]?.attempts, 0);
      await store.addDeliveries([], at(1));
    });

    test('acknowledging takes a delivery away, a second time harmlessly', async () => {
      await store.addDeliveries([deliveryOf('a'), deliveryOf('b')], at(1));
      await store.acknowledge('a');
      await store.acknowledge('a');
      assert.deepEqual(await due(1), ['b']);
    });

    test('rescheduling counts the attempt and puts the delivery off', async () => {
      await store.addDeliveries([deliveryOf('a')], at(1));
      await store.reschedule('a', 3, at(7));
      assert.deepEqual(await due(6), []);
      assert.deepEqual(await take(7, 1), [deliveryOf('a', { attempts: 3 })]);
    });

    test('an acknowledged delivery cannot be rescheduled back into being', async () => {
      await store.addDeliveries([deliveryOf('a')], at(1));
      await store.acknowledge('a');
      await store.reschedule('a', 1, at(2));
      assert.deepEqual(await due(9), []);
    });

    test('burying moves a delivery to the dead letters', async () => {
      await store.addDeliveries([deliveryOf('a')], at(1));
      await store.bury('a', letterOf('l1'));
      assert.deepEqual(await due(9), []);
      assert.deepEqual(await store.deadLetters(10), [letterOf('l1')]);
      assert.deepEqual(await store.getDeadLetter('l1'), letterOf('l1'));
      assert.equal(await store.getDeadLetter('a'), undefined);
    });

    test('a burial that fails leaves the delivery where it was', async () => {
      await store.addDeadLetter(letterOf('l1'));
      await store.addDeliveries([deliveryOf('a')], at(1));
      await assert.rejects(store.bury('a', letterOf('l1')));
      assert.deepEqual(await due(1), ['a']);
      assert.equal((await store.deadLetters(10)).length, 1);
    });

    test('dead letters are listed newest first, up to the limit', async () => {
      for (const id of ['l2', 'l3', 'l1']) await store.addDeadLetter(letterOf(id));
      assert.deepEqual(
        (await store.deadLetters(2)).map(({ id }) => id),
        ['l3', 'l2'],
      );
      assert.deepEqual(
        (await store.deadLetters(2, 'l2')).map(({ id }) => id),
        ['l1'],
      );
    });

    test('a dead letter that comes twice is kept once, as it came first', async () => {
      await store.addDeadLetter(letterOf('l1'));
      await store.addDeadLetter({ ...letterOf('l1'), reasonCode: 'OTHER' });
      assert.deepEqual(await store.deadLetters(10), [letterOf('l1')]);
    });

    test('a dead letter can be replayed by other ways than a delivery', async () => {
      await store.addDeadLetter(letterOf('l1'));
      assert.equal(await store.replay('l1', [], at(1)), true);
      assert.equal(await store.getDeadLetter('l1'), undefined);
    });

    test('of two replays of a dead letter, one puts its delivery back', async () => {
      await store.addDeadLetter(letterOf('l1'));
      const replays = await Promise.all(
        ['a', 'b'].map((id) => store.replay('l1', [deliveryOf(id)], at(1))),
      );
      assert.deepEqual(replays.toSorted(), [false, true]);
      assert.equal((await due(1)).length, 1);
      assert.equal(await store.getDeadLetter('l1'), undefined);
    });

    test('a dead letter that is replayed elsewhere is gone without a delivery', async () => {
      await store.addDeadLetter(letterOf('l1'));
      assert.equal(await store.replay('l1', [], at(1)), true);
      assert.equal(await store.replay('l1', [], at(1)), false);
      assert.equal(await store.getDeadLetter('l1'), undefined);
      assert.deepEqual(await due(1), []);
    });

    test('a replay that fails keeps the dead letter', async () => {
      await store.addDeadLetter(letterOf('l1'));
      await store.addDeliveries([deliveryOf('a')], at(1));
      await assert.rejects(store.replay('l1', [deliveryOf('b'), deliveryOf('a')], at(1)));
      assert.deepEqual(await due(1), ['a']);
      assert.deepEqual(await store.getDeadLetter('l1'), letterOf('l1'));
    });

    test('a store that is opened again holds deliveries and dead letters', async () => {
      await store.addDeliveries([deliveryOf('a')], at(1));
      await store.addDeadLetter(letterOf('l1'));
      store = await reopen();
      assert.deepEqual(await take(1, 10), [deliveryOf('a')]);
      assert.deepEqual(await store.deadLetters(10), [letterOf('l1')]);
    });
  });
}
