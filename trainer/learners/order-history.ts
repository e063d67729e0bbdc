/**
 * Orders by column: row i says that `customers[customer[i]]` spent `amount[i]` on `day[i]`.
 * Rows may come in any order. Amounts are in the currency of the data, days count from 1970-01-01.
 */
export interface OrderHistory {
  /** The dictionary: every customer id once. */
  customers: readonly string[];
  /** Per order, an index into `customers`. */
  customer: Int32Array;
  day: Int32Array;
  amount: Float64Array;
}
