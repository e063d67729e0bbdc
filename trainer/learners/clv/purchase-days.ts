import { isoDateOf } from '@triad/shared/clock/epoch-day.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { OrderHistory } from '../order-history.ts';
import { at } from './at.ts';

/**
 * The days on which each customer bought, by ascending day. Customer c owns the rows
 * `start[c] … start[c + 1] - 1`, which are none for a customer without an order.
 */
export interface PurchaseDays {
  customers: readonly string[];
  start: Int32Array;
  day: Int32Array;
  /** Sum of the customer's orders of that day. */
  amount: Float64Array;
}

/** All amounts together may not exceed this, so that no formula downstream overflows. */
const largestTotal = 1e100;

/**
 * Collapses the orders of one customer on one day into one purchase, as the BG/NBD model needs it:
 * its time is continuous, so two purchases never coincide. Orders after `lastDay` are ignored.
 *
 * @throws TRAINING_DATA_EMPTY when no order is left
 * @throws TRAINING_DATA_INVALID when an amount is not a number or absurdly large
 */
export function collapsePurchaseDays(orders: OrderHistory, lastDay: number): PurchaseDays {
  const rows = sortByCustomerThenDay(orders, lastDay);
  if (rows.length === 0) throw new TriadError('TRAINING_DATA_EMPTY', { date: isoDateOf(lastDay) });

  const start = new Int32Array(orders.customers.length + 1);
  const day = new Int32Array(rows.length);
  const amount = new Float64Array(rows.length);
  let count = 0;
  let previousCustomer = -1;
  let total = 0;
  for (const row of rows) {
    const customer = at(orders.customer, row);
    const orderDay = at(orders.day, row);
    const isNewDay = customer !== previousCustomer || orderDay !== at(day, count - 1);
    if (isNewDay) {
      day[count] = orderDay;
      start[customer + 1] = ++count;
    }
    amount[count - 1] = at(amount, count - 1) + at(orders.amount, row);
    total += Math.abs(at(orders.amount, row));
    if (!(total <= largestTotal)) throw invalidAmount(orders, row);
    previousCustomer = customer;
  }
  for (let c = 1; c < start.length; c++) start[c] = Math.max(at(start, c), at(start, c - 1));
  return {
    customers: orders.customers,
    start,
    day: day.slice(0, count),
    amount: amount.slice(0, count),
  };
}

/** Rows up to `lastDay`, by two stable counting sorts: linear in orders, customers and days. */
function sortByCustomerThenDay({ customer, day, customers }: OrderHistory, lastDay: number) {
  const rows = Int32Array.from(day.keys()).filter((row) => at(day, row) <= lastDay);
  const firstDay = rows.reduce((first, row) => Math.min(first, at(day, row)), lastDay);
  const byDay = countingSort(rows, (row) => at(day, row) - firstDay, lastDay - firstDay + 1);
  return countingSort(byDay, (row) => at(customer, row), customers.length);
}

function countingSort(rows: Int32Array, key: (row: number) => number, keys: number): Int32Array {
  const next = new Int32Array(keys + 1);
  for (const row of rows) next[key(row) + 1] = at(next, key(row) + 1) + 1;
  for (let k = 1; k <= keys; k++) next[k] = at(next, k) + at(next, k - 1);
  const sorted = new Int32Array(rows.length);
  for (const row of rows) {
    const position = at(next, key(row));
    sorted[position] = row;
    next[key(row)] = position + 1;
  }
  return sorted;
}

function invalidAmount(orders: OrderHistory, row: number): TriadError {
  return new TriadError('TRAINING_DATA_INVALID', {
    customer: orders.customers[at(orders.customer, row)] ?? '',
    date: isoDateOf(at(orders.day, row)),
    field: 'amount',
    expected: `a number, all of them together at most ${largestTotal}`,
    found: at(orders.amount, row),
  });
}
