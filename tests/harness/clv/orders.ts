import { readFileSync } from 'node:fs';
import { epochDay } from '@triad/shared/clock/epoch-day.ts';
import type { OrderHistory } from '../../../trainer/learners/order-history.ts';

/** Customer id, `YYYY-MM-DD`, amount. */
export type Order = readonly [customer: string, date: string, amount: number];

/** Orders by row turned into the columns that the learner takes. */
export function ordersOf(rows: Iterable<Order>): OrderHistory {
  const indexes = new Map<string, number>();
  const [customer, day, amount] = [[], [], []] as [number[], number[], number[]];
  for (const [id, date, value] of rows) {
    const index = indexes.get(id) ?? indexes.size;
    indexes.set(id, index);
    customer.push(index);
    day.push(epochDay(date));
    amount.push(value);
  }
  return {
    customers: [...indexes.keys()],
    customer: Int32Array.from(customer),
    day: Int32Array.from(day),
    amount: Float64Array.from(amount),
  };
}

/** One of the CDNOW files: blank-separated columns that end in date, number of CDs and dollars. */
export function readCdnow(path: string): OrderHistory {
  const lines = readFileSync(path, 'utf8').split('\n');
  return ordersOf(
    lines.flatMap((line): Order[] => {
      const [dollars, , date, id] = line.trim().split(/\s+/).reverse();
      if (!id || !date?.match(/^\d{8}$/)) return [];
      return [[id, date.replace(/(....)(..)(..)/, '$1-$2-$3'), Number(dollars)]];
    }),
  );
}
