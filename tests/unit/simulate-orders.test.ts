import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type SimulatedOrder,
  simulateOrders,
  trueParameters,
} from '@triad/shared/simulate/simulate-orders.ts';

const simulate = (seed: number, customers = 300) => [...simulateOrders({ customers, seed })];

test('a seed gives the same orders every time, another seed others', () => {
  assert.deepEqual(simulate(7), simulate(7));
  assert.notDeepEqual(simulate(7), simulate(8));
});

test('orders come by date, within the window, with amounts in whole cents', () => {
  let previous = '2023-01-01';
  for (const { order_date, sales_ar, id_customer } of simulate(3)) {
    assert.ok(order_date >= previous && order_date <= '2024-12-30', order_date);
    assert.ok(sales_ar >= 0.01 && Math.abs(sales_ar * 100 - Math.round(sales_ar * 100)) < 1e-6);
    assert.match(id_customer, /^C[0-9]{3}$/);
    previous = order_date;
  }
});

test('every customer buys at least once, first within the acquisition window', () => {
  const firsts = new Map<string, string>();
  for (const { id_customer, order_date } of simulateOrders({
    customers: 500,
    seed: 2,
    acquisition_days: 31,
  })) {
    if (!firsts.has(id_customer)) firsts.set(id_customer, order_date);
  }
  assert.equal(firsts.size, 500);
  for (const date of firsts.values()) assert.ok(date <= '2023-01-31', date);
});

test('customers keep their habits when more customers are simulated', () => {
  const idOf = ({ id_customer }: SimulatedOrder) => Number(id_customer.slice(1));
  const few = simulate(4, 100).map((order) => ({ ...order, id_customer: idOf(order) }));
  const more = simulate(4, 200).map((order) => ({ ...order, id_customer: idOf(order) }));
  assert.deepEqual(
    more.filter(({ id_customer }) => id_customer <= 100),
    few,
  );
});

test('the mean spend is that of the true parameters', () => {
  const orders = simulate(5, 20_000);
  const bySum = new Map<string, number[]>();
  for (const { id_customer, sales_ar } of orders) {
    bySum.set(id_customer, [...(bySum.get(id_customer) ?? []), sales_ar]);
  }
  const means = [...bySum.values()].map((a) => a.reduce((x, y) => x + y, 0) / a.length);
  const { p, q, v } = trueParameters.gammaGamma;
  const mean = means.reduce((x, y) => x + y, 0) / means.length;
  assert.ok(Math.abs(mean / ((p * v) / (q - 1)) - 1) < 0.03, `${mean}`);
});

test('what cannot be simulated names the field', () => {
  assert.throws(() => [...simulateOrders({ customers: 0 })], {
    code: 'INPUT_INVALID',
    message: /order simulation: customers/,
  });
});
