import { at } from './at.ts';
import type { PurchaseDays } from './purchase-days.ts';

/**
 * What BG/NBD and Gamma-Gamma need to know of each customer, by column. Times are in periods of
 * `daysPerPeriod` days and count from the customer's first purchase. Names as in Fader, Hardie and
 * Lee (2005), "Counting Your Customers" the Easy Way.
 */
export interface CustomerSummaries {
  daysPerPeriod: number;
  /** Index into the customers of the purchases. */
  customer: Int32Array;
  /** Number of repeat purchase days. */
  x: Float64Array;
  /** Time of the last repeat purchase; 0 when there is none. */
  tx: Float64Array;
  /** Time of the end of the observation window. */
  T: Float64Array;
  /** Mean amount of the repeat purchases, the first excluded; 0 when there is none. */
  monetary: Float64Array;
}

/** Summarizes every customer who bought first on or before `endDay`, as seen on `endDay`. */
export function summarize(
  { start, day, amount }: PurchaseDays,
  endDay: number,
  daysPerPeriod: number,
): CustomerSummaries {
  const candidates = start.length - 1;
  const customer = new Int32Array(candidates);
  const [x, tx, T, monetary] = [0, 1, 2, 3].map(() => new Float64Array(candidates)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  let size = 0;
  for (let c = 0; c < candidates; c++) {
    const first = at(start, c);
    let repeats = 0;
    let spend = 0;
    for (let row = first + 1; row < at(start, c + 1) && at(day, row) <= endDay; row++) {
      repeats++;
      spend += at(amount, row);
    }
    const bought = first < at(start, c + 1) && at(day, first) <= endDay;
    if (!bought) continue;
    customer[size] = c;
    x[size] = repeats;
    tx[size] = (at(day, first + repeats) - at(day, first)) / daysPerPeriod;
    T[size] = (endDay - at(day, first)) / daysPerPeriod;
    monetary[size] = repeats > 0 ? spend / repeats : 0;
    size++;
  }
  const cut = (column: Float64Array): Float64Array => column.subarray(0, size);
  return {
    daysPerPeriod,
    customer: customer.subarray(0, size),
    x: cut(x),
    tx: cut(tx),
    T: cut(T),
    monetary: cut(monetary),
  };
}
