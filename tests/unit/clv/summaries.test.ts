import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { epochDay, isoDateOf } from '@triad/shared/clock/epoch-day.ts';
import fc from 'fast-check';
import { collapsePurchaseDays } from '../../../trainer/learners/clv/purchase-days.ts';
import { groupHistories } from '../../../trainer/learners/clv/purchase-histories.ts';
import { summarize } from '../../../trainer/learners/clv/summarize.ts';
import { type Order, ordersOf } from '../../harness/clv/orders.ts';

const end = epochDay('2024-03-01');
const orders: Order[] = [
  ['anna', '2024-02-02', 30],
  ['bert', '2024-02-23', 5],
  ['anna', '2024-01-05', 10],
  ['anna', '2024-02-02', 12],
  ['anna', '2024-02-16', 20],
  ['carl', '2024-03-02', 99],
];

const summariesOf = (rows: Order[], daysPerPeriod = 7) =>
  summarize(collapsePurchaseDays(ordersOf(rows), end), end, daysPerPeriod);

describe('customer summaries', () => {
  test('orders of one day are one purchase, and the first purchase is no repeat', () => {
    const { x, tx, T, monetary } = summariesOf(orders);
    assert.deepEqual([...x], [2, 0]);
    assert.deepEqual([...tx], [6, 0]);
    assert.deepEqual([...T], [8, 1]);
    assert.deepEqual([...monetary], [(30 + 12 + 20) / 2, 0]);
  });

  test('whoever buys first after the window is no member of the cohort', () => {
    const { customer } = summariesOf(orders);
    assert.deepEqual([...customer], [0, 1]);
  });

  test('the order of the rows does not matter', () => {
    const byId = (rows: Order[]) => {
      const { customer, x, tx, T, monetary } = summariesOf(rows);
      const ids = ordersOf(rows).customers;
      return new Map(
        Array.from(customer, (c, i) => [ids[c], [x[i], tx[i], T[i], monetary[i]?.toFixed(9)]]),
      );
    };
    fc.assert(
      fc.property(fc.shuffledSubarray(orders, { minLength: orders.length }), (shuffled) => {
        assert.deepEqual(byId(shuffled), byId(orders));
      }),
    );
  });

  test('a window sees nothing of what comes after it', () => {
    const all = collapsePurchaseDays(ordersOf(orders), epochDay('2024-12-31'));
    assert.deepEqual(
      summarize(all, end, 7),
      summarize(collapsePurchaseDays(ordersOf(orders), end), end, 7),
    );
  });

  test('groups hold every customer once, with the same totals', () => {
    const order = fc.tuple(
      fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      fc.integer({ min: end - 9, max: end }).map(isoDateOf),
      fc.constant(1),
    );
    fc.assert(
      fc.property(fc.array(order, { minLength: 1, maxLength: 40 }), (rows) => {
        const summaries = summariesOf(rows);
        const groups = groupHistories(summaries);
        const members = groups.flatMap(({ x, histories }) =>
          histories.flatMap(({ tx, T, customers }) => Array(customers).fill(`${x} ${tx} ${T}`)),
        );
        const expected = Array.from(
          summaries.x,
          (x, i) => `${x} ${summaries.tx[i]} ${summaries.T[i]}`,
        );
        assert.deepEqual(members.sort(), expected.sort());
        for (const { customers, histories } of groups) {
          assert.equal(
            customers,
            histories.reduce((n, h) => n + h.customers, 0),
          );
          assert.equal(new Set(histories.map(({ tx, T }) => `${tx} ${T}`)).size, histories.length);
        }
      }),
    );
  });
});

describe('bad orders', () => {
  test('no order up to the run date is an error that names the date', () => {
    assert.throws(() => collapsePurchaseDays(ordersOf(orders), epochDay('2023-12-31')), {
      code: 'TRAINING_DATA_EMPTY',
      message: /2023-12-31/,
    });
  });

  test('an amount that is no number, or absurd, names the customer and the day', () => {
    for (const amount of [Number.NaN, Number.POSITIVE_INFINITY, -1e300]) {
      assert.throws(
        () => collapsePurchaseDays(ordersOf([...orders, ['dora', '2024-02-01', amount]]), end),
        { code: 'TRAINING_DATA_INVALID', message: /dora on 2024-02-01/ },
      );
    }
  });
});
