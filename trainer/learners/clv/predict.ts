import { epochDay } from '@triad/shared/clock/epoch-day.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { OrderHistory } from '../order-history.ts';
import { at } from './at.ts';
import { pAlive } from './bg-nbd-expectations.ts';
import { purchasesOverHorizon } from './lifetime-value.ts';
import type { ClvModel } from './model.ts';
import type { ClvParams } from './params.ts';
import { collapsePurchaseDays } from './purchase-days.ts';
import { spendOf } from './spend.ts';
import { summarize } from './summarize.ts';

/** One row per customer with an order up to the run date, by column. */
export interface ClvPredictions {
  id_customer: string[];
  /** Probability that the customer is still active on the run date. */
  p_alive: Float64Array;
  /** Purchase days expected within the horizon. */
  expected_purchases: Float64Array;
  /** Expected spend per purchase, in the currency of the data. */
  expected_value: Float64Array;
  /** Discounted expected spend within the horizon, in the currency of the data. */
  clv: Float64Array;
}

/**
 * Predicts each customer's lifetime value as seen at the end of `run_date`.
 *
 * @throws INPUT_INVALID when the model counts time in other periods than the parameters
 * @throws TRAINING_DATA_EMPTY, TRAINING_DATA_INVALID
 */
export function predictClv(
  model: ClvModel,
  orders: OrderHistory,
  params: ClvParams,
): ClvPredictions {
  const { daysPerPeriod } = model;
  if (params.days_per_period !== daysPerPeriod) {
    throw new TriadError('INPUT_INVALID', {
      where: 'CLV prediction',
      field: 'days_per_period',
      expected: `${daysPerPeriod}, as the model was trained with`,
    });
  }
  const runDay = epochDay(params.run_date);
  const { customer, x, tx, T, monetary } = summarize(
    collapsePurchaseDays(orders, runDay),
    runDay,
    daysPerPeriod,
  );
  const { parameters } = model.bgNbd;
  const horizon = {
    periods: params.horizon,
    daysPerPeriod,
    discountRate: params.discount_rate,
  };
  const forecast = remember((repeats, age) =>
    purchasesOverHorizon(parameters, horizon, repeats, age),
  );

  const predictions: ClvPredictions = {
    id_customer: Array.from(customer, (c) => orders.customers[c] ?? ''),
    p_alive: x.map((repeats, i) => pAlive(parameters, repeats, at(tx, i), at(T, i))),
    expected_purchases: new Float64Array(x.length),
    expected_value: x.map((repeats, i) => spendOf(model.spend, repeats, at(monetary, i))),
    clv: new Float64Array(x.length),
  };
  x.forEach((repeats, i) => {
    const { expected, discounted } = forecast(repeats, at(T, i));
    const alive = at(predictions.p_alive, i);
    predictions.expected_purchases[i] = alive * expected;
    predictions.clv[i] = alive * discounted * at(predictions.expected_value, i);
  });
  return predictions;
}

/** Computes each (x, T) once; most customers share theirs with others. */
function remember<V>(compute: (x: number, T: number) => V): (x: number, T: number) => V {
  const known = new Map<number, Map<number, V>>();
  return (x, T) => {
    const byAge = known.get(x) ?? new Map<number, V>();
    known.set(x, byAge);
    const value = byAge.get(T) ?? compute(x, T);
    byAge.set(T, value);
    return value;
  };
}
