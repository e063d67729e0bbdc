import { at } from './at.ts';
import type { BgNbdParameters } from './bg-nbd.ts';
import { expectedPurchases } from './bg-nbd-expectations.ts';
import { defined, type Metrics, prefixed } from './metrics.ts';
import type { PurchaseDays } from './purchase-days.ts';
import { correlation, mean, sum } from './statistics.ts';
import type { CustomerSummaries } from './summarize.ts';
import type { EvaluationWindow } from './windows.ts';

/** Mean holdout purchases of the customers with x repeat purchases in the calibration window. */
export interface HoldoutRow {
  /** "0" to "6", and "7+". */
  x: string;
  customers: number;
  actual: number;
  predicted: number;
}

export interface HoldoutEvaluation {
  metrics: Metrics;
  table: HoldoutRow[];
}

const lastRow = 7;

/**
 * Compares what a fit on the calibration window forecasts for the holdout with what happened, in
 * purchase days per customer of the calibration cohort. Two naive forecasts show what the model is
 * worth: `naive_rate`, each customer goes on at their own past rate x / T, and `naive_mean`, all go on
 * at the cohort's past rate.
 */
export function evaluateHoldout(
  purchases: PurchaseDays,
  calibration: CustomerSummaries,
  parameters: BgNbdParameters,
  { calibrationEnd, holdoutEnd }: EvaluationWindow,
): HoldoutEvaluation {
  const { customer, x, tx, T, daysPerPeriod } = calibration;
  const t = (holdoutEnd - calibrationEnd) / daysPerPeriod;
  const actual = Float64Array.from(customer, (c) =>
    countBetween(purchases, c, calibrationEnd, holdoutEnd),
  );
  const predicted = x.map((repeats, i) =>
    expectedPurchases(parameters, t, repeats, at(tx, i), at(T, i)),
  );
  const ownRate = x.map((repeats, i) => (at(T, i) > 0 ? (repeats / at(T, i)) * t : 0));
  const observedTime = mean(T);
  const cohortRate = observedTime > 0 ? mean(x) / observedTime : 0;

  const total = sum(actual);
  const forecast = sum(predicted);
  return {
    metrics: {
      customers: actual.length,
      weeks: (holdoutEnd - calibrationEnd) / 7,
      purchases_actual: total,
      purchases_predicted: forecast,
      ...defined('aggregate_error', total > 0 ? forecast / total - 1 : undefined),
      ...errors(actual, predicted),
      ...prefixed('naive_rate', errors(actual, ownRate)),
      ...prefixed(
        'naive_mean',
        errors(
          actual,
          x.map(() => cohortRate * t),
        ),
      ),
    },
    table: meansByFrequency(x, actual, predicted),
  };
}

/** Purchase days of customer c after `from`, up to and including `to`. */
function countBetween({ start, day }: PurchaseDays, c: number, from: number, to: number): number {
  let count = 0;
  for (let row = at(start, c); row < at(start, c + 1); row++) {
    if (at(day, row) > from && at(day, row) <= to) count++;
  }
  return count;
}

function errors(actual: Float64Array, predicted: Float64Array): Metrics {
  const difference = predicted.map((value, i) => value - at(actual, i));
  return {
    mae: mean(difference.map(Math.abs)),
    rmse: Math.sqrt(mean(difference.map((d) => d * d))),
    bias: mean(difference),
    ...defined('correlation', correlation(actual, predicted)),
  };
}

function meansByFrequency(
  x: Float64Array,
  actual: Float64Array,
  predicted: Float64Array,
): HoldoutRow[] {
  const rows = Array.from({ length: lastRow + 1 }, (_, frequency) => {
    const isMember = (_: number, i: number): boolean => Math.min(at(x, i), lastRow) === frequency;
    const members = actual.filter(isMember);
    return {
      x: frequency === lastRow ? `${lastRow}+` : String(frequency),
      customers: members.length,
      actual: mean(members),
      predicted: mean(predicted.filter(isMember)),
    };
  });
  return rows.filter(({ customers }) => customers > 0);
}
